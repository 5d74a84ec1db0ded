import { expect } from 'chai'
import { useClock } from '../../support/clock'
import { count, KoaSite, onRequest, leave, lines, show, type Bag, type Ctx, type Handler } from '../site'

const session = (ctx: Ctx): Bag => ctx.session as Bag

const say =
  (look: (session: Bag) => unknown): Handler =>
  ctx =>
    (ctx.body = String(look(session(ctx))))

const HANDLERS: Record<string, Handler> = {
  '/': count,
  '/read': show,
  '/isNew': say(session => session.isNew),
  '/length': say(session => session.length),
  '/populated': say(session => session.populated),
  '/maxAge': say(session => session.maxAge),
  '/remember': ctx => void (session(ctx).maxAge = 60_000),
  '/forget': ctx => void (session(ctx).maxAge = null),
  '/save': ctx => session(ctx).save(),
  '/regenerate': ctx => session(ctx).regenerate(),
  '/keep': ctx => session(ctx).regenerate({ keep: true }),
  '/saveSession': ctx => ctx.saveSession(),
  '/regenerateSession': ctx => ctx.regenerateSession(),
  '/keepSession': ctx => ctx.regenerateSession({ keep: true }),
  '/true': ctx => void (ctx.sessionSave = true),
  '/false': ctx => (count(ctx), void (ctx.sessionSave = false)),
  '/falseEnd': ctx => (leave(ctx), void (ctx.sessionSave = false)),
  '/null': ctx => (count(ctx), void (ctx.sessionSave = null)),
}

describe('koa context: a session in the cookie has the members of one in a store', () => {
  const clock = useClock()

  /**
   * The later requests of a client with one earlier request.
   *
   * @returns the body of each response, and its number of Set-Cookie lines
   */
  const visits = async (...paths: string[]): Promise<[text: string, sent: number][]> => {
    const visitor = new KoaSite({}, HANDLERS).visitor()
    await visitor.get()
    const answers: [string, number][] = []
    for (const path of paths) {
      const res = await visitor.get(path)
      answers.push([res.text, lines(res).length])
    }
    return answers
  }
  const answers = async (...paths: string[]): Promise<string[]> => (await visits(...paths)).map(([text]) => text)
  const sent = async (...paths: string[]): Promise<number[]> => (await visits(...paths)).map(([, count]) => count)

  it('isNew, length and populated', async () => {
    expect(await answers('/isNew', '/length', '/populated')).to.deep.equal(['false', '1', 'true'])
    const site = new KoaSite({}, HANDLERS)
    const texts = await Promise.all(['/isNew', '/length', '/populated'].map(async path => (await site.get(path)).text))
    expect(texts).to.deep.equal(['true', '0', 'false'])
  })

  it('maxAge, as it was last set, and undefined by default', async () => {
    const visitor = new KoaSite({}, HANDLERS).visitor()
    expect((await visitor.get('/maxAge')).text).to.equal('undefined')
    await visitor.get('/remember')
    clock.turn(10_000)
    expect((await visitor.get('/maxAge')).text).to.equal('60000')
    await visitor.get('/forget')
    // A session without an expiry is kept for a day
    expect((await visitor.get('/maxAge')).text).to.equal('86400000')
  })

  it('maxAge, which saves an empty session and sets its expiry', async () => {
    const visitor = new KoaSite({}, HANDLERS).visitor()
    expect(lines(await visitor.get('/remember')).length).to.equal(2)
    expect((await visitor.get('/isNew')).text).to.equal('false')
    clock.turn(60_000)
    expect((await visitor.get('/isNew')).text).to.equal('true')
  })

  it('maxAge, which starts the lifetime again if it is set to its old value', async () => {
    const visitor = new KoaSite({}, HANDLERS).visitor()
    await visitor.get('/remember')
    clock.turn(50_000)
    expect(lines(await visitor.get('/remember')).length).to.equal(2)
    expect((await visitor.get('/maxAge')).text).to.equal('60000')
  })

  for (const path of ['/save', '/saveSession', '/true']) {
    it(`${path}, which saves an unchanged session`, async () => {
      expect(await visits(path, '/read')).to.deep.equal([
        ['Not Found', 2],
        ['{"views":1}', 0],
      ])
    })
  }

  for (const path of ['/regenerate', '/regenerateSession']) {
    it(`${path}, which empties the session, and clears the cookie`, async () => {
      expect(await visits(path, '/read')).to.deep.equal([
        ['Not Found', 2],
        ['{}', 0],
      ])
      const visitor = new KoaSite({}, HANDLERS).visitor()
      await visitor.get()
      await visitor.get(path)
      expect(visitor.jar.names).to.deep.equal([])
    })
  }

  for (const path of ['/keep', '/keepSession']) {
    it(`${path}, which keeps the data`, async () => {
      expect(await visits(path, '/read')).to.deep.equal([
        ['Not Found', 2],
        ['{"views":1}', 0],
      ])
    })
  }

  it('sessionSave = false, which neither saves nor ends the session', async () => {
    expect(await answers('/false', '/read', '/falseEnd', '/read')).to.deep.equal(['2', '{"views":1}', 'left', '{"views":1}'])
    expect(await sent('/false', '/falseEnd')).to.deep.equal([0, 0])
  })

  it('sessionSave = null, which saves changes', async () => {
    expect(await answers('/null', '/read')).to.deep.equal(['2', '{"views":2}'])
  })
})

describe('koa context: the maxAge of a session', () => {
  for (const value of ['1d', {}, true]) {
    it(`set to ${JSON.stringify(value)} is a TypeError`, async () => {
      const site = new KoaSite({}, ctx => void (session(ctx).maxAge = value as never))
      expect((await site.get()).status).to.equal(500)
      expect(site.errors.map(err => [err.name, err.message])).to.deep.equal([
        ['TypeError', 'maxAge must be a finite number of milliseconds or "session"'],
      ])
    })
  }

  it('is kept by a session that is set after null', async () => {
    const again: Handler = ctx => {
      ctx.session = null
      ctx.session = { a: 1, maxAge: 60_000 } as never
    }
    const visitor = new KoaSite(
      {},
      { '/': count, '/again': again, '/age': ctx => void (ctx.body = String(onRequest(ctx).cookie.originalMaxAge)) },
    ).visitor()
    await visitor.get()
    expect(lines(await visitor.get('/again'))[0]).to.contain('expires=')
    expect((await visitor.get('/age')).text).to.equal('60000')
  })
})
