import { inspect } from 'node:util'
import { expect } from 'chai'
import { MemoryStore } from '../../../lib'
import { TracingStore } from '../../support/tracing-store'
import { useUncaught } from '../../support/uncaught'
import { turns } from '../../support/wire'
import { count, KoaSite, onRequest, lines, show, type Bag, type Ctx, type Handler } from '../site'

const session = (ctx: Ctx): Bag => ctx.session as Bag

const site = (handlers: Record<string, Handler>, options = {}): KoaSite =>
  new KoaSite({ store: new TracingStore(), ...options }, { '/': count, '/read': show, ...handlers })

describe('koa context: the session object', () => {
  const uncaught = useUncaught()

  it('isNew is true for a session that began in this request', async () => {
    const visitor = site({ '/': ctx => ((session(ctx).a = 1), (ctx.body = String(session(ctx).isNew))) }).visitor()
    expect((await visitor.get()).text).to.equal('true')
    expect((await visitor.get()).text).to.equal('false')
  })

  it('length and populated count the data without the cookie', async () => {
    const said: unknown[] = []
    await site({
      '/': ctx => {
        said.push([session(ctx).length, session(ctx).populated])
        session(ctx).a = 1
        said.push([session(ctx).length, session(ctx).populated])
      },
    }).get()
    expect(said).to.deep.equal([
      [0, false],
      [1, true],
    ])
  })

  it('JSON, console.log and Object.keys show only the data', async () => {
    const visitor = site({
      '/all': ctx => {
        ctx.body = {
          json: JSON.stringify(ctx.session),
          log: inspect(ctx.session),
          keys: Object.keys(session(ctx)),
          to: session(ctx).toJSON(),
        }
      },
    }).visitor()
    await visitor.get()
    expect((await visitor.get('/all')).body).to.deep.equal({ json: '{"views":1}', log: '{ views: 1 }', keys: ['views'], to: { views: 1 } })
  })

  it('can be used as the body', async () => {
    const visitor = site({ '/body': ctx => (ctx.body = ctx.session) }).visitor()
    await visitor.get()
    expect((await visitor.get('/body')).body).to.deep.equal({ views: 1 })
  })

  it('keeps keys that begin with an underscore', async () => {
    const visitor = site({ '/set': ctx => (session(ctx)._secret = 1) }).visitor()
    await visitor.get('/set')
    expect((await visitor.get('/read')).text).to.equal('{"_secret":1}')
  })

  describe('maxAge', () => {
    it('is the value of the option, or undefined', async () => {
      const said: unknown[] = []
      const say = (ctx: Ctx): unknown => said.push(session(ctx).maxAge)
      await site({ '/': say }).get()
      await site({ '/': say }, { cookie: { maxAge: 60_000 } }).get()
      await site({ '/': say }, { maxAge: 'session' }).get()
      expect(said).to.deep.equal([undefined, 60_000, 'session'])
    })

    it('set, saves even an empty session, and sets the expiry of the cookie', async () => {
      const res = await site({ '/': ctx => (session(ctx).maxAge = 60_000) }).get()
      expect(lines(res)[0]).to.contain('expires=')
    })

    it('set, applies to this session from then on', async () => {
      const visitor = site({
        '/set': ctx => (session(ctx).maxAge = 60_000),
        '/age': ctx => (ctx.body = String(onRequest(ctx).cookie.originalMaxAge)),
      }).visitor()
      await visitor.get('/set')
      expect((await visitor.get('/age')).text).to.equal('60000')
    })

    it('set to "session" removes the expiry', async () => {
      const res = await site({ '/': ctx => (session(ctx).maxAge = 'session' as never) }, { cookie: { maxAge: 60_000 } }).get()
      expect(lines(res)[0]).to.not.contain('expires=')
    })
  })

  it('a changed cookie is stored and sent', async () => {
    const visitor = site({ '/hide': ctx => (onRequest(ctx).cookie.httpOnly = false) }).visitor()
    expect(lines(await visitor.get())[0]).to.contain('httponly')
    expect(lines(await visitor.get('/hide'))[0]).to.not.contain('httponly')
    expect(lines(await visitor.get())[0]).to.not.contain('httponly')
  })

  describe('save', () => {
    it('stores at once, changed or not, and sets the cookie; the save is not repeated at the end', async () => {
      const store = new TracingStore()
      const stored: string[][] = []
      const visitor = site(
        {
          '/save': async ctx => {
            await session(ctx).save()
            stored.push(store.trace())
          },
        },
        { store },
      ).visitor()
      await visitor.get()
      store.trace()
      const res = await visitor.get('/save')
      expect([stored, store.trace(), lines(res).length]).to.deep.equal([[['get', 'set']], [], 2])
    })

    it('without await is awaited by the response', async () => {
      const visitor = site({ '/save': ctx => void session(ctx).save() }).visitor()
      expect(lines(await visitor.get('/save')).length).to.equal(2)
    })

    it('that fails without await does not end the process', async () => {
      const store = new TracingStore()
      store.set = (_id, _data, done) => void setImmediate(done as (err: Error) => void, new Error('full'))
      const full = site({ '/save': ctx => void session(ctx).save() }, { store })
      await full.get('/save')
      await turns()
      expect(uncaught).to.deep.equal([])
    })
  })

  describe('a value in place of the callback that is not a function', () => {
    type Call = (session: Record<'save' | 'commit' | 'regenerate', (...given: unknown[]) => unknown>) => unknown
    const CALLS: Record<string, Call> = {
      'save({})': session => session.save({}),
      "save('done')": session => session.save('done'),
      'commit({})': session => session.commit({}),
      "commit('done')": session => session.commit('done'),
      'commit({}, {})': session => session.commit({}, {}),
      'regenerate({}, {})': session => session.regenerate({}, {}),
    }
    for (const [what, call] of Object.entries(CALLS)) {
      it(`is no callback: ${what} returns a promise`, async () => {
        const calling = site({
          '/call': async ctx => {
            const returned = call(session(ctx) as never)
            const isPromise = returned instanceof Promise
            await returned
            ctx.body = String(isPromise)
          },
        })
        expect([(await calling.get('/call')).text, calling.errors]).to.deep.equal(['true', []])
        await turns()
        expect(uncaught).to.deep.equal([])
      })
    }

    it('regenerate with options calls back', async () => {
      const calling = site({
        '/call': ctx =>
          new Promise<void>(resolve => {
            const { regenerate } = session(ctx) as unknown as { regenerate(options: object, done: () => void): void }
            regenerate.call(ctx.session, { keep: true }, () => ((ctx.body = 'done'), resolve()))
          }),
      })
      expect((await calling.get('/call')).text).to.equal('done')
    })
  })

  describe('regenerate', () => {
    const visits = async (regenerate: Handler): Promise<[unknown, boolean, string[]]> => {
      const store = new TracingStore()
      const visitor = site({ '/regenerate': regenerate }, { store }).visitor()
      await visitor.get()
      const before = visitor.jar.value('koa.sid') as string
      store.trace()
      await visitor.get('/regenerate')
      const calls = store.trace()
      const after = visitor.jar.value('koa.sid')
      return [(await visitor.get('/read')).text, before !== after, calls]
    }

    it('makes an empty session under a new ID, and destroys the old one', async () => {
      const [data, isOther, calls] = await visits(async ctx => {
        await session(ctx).regenerate()
        session(ctx).user = 'alice'
      })
      expect([data, isOther, calls]).to.deep.equal(['{"user":"alice"}', true, ['get', 'destroy', 'set']])
    })

    it('with { keep: true } keeps the data', async () => {
      const [data, isOther] = await visits(ctx => session(ctx).regenerate({ keep: true }))
      expect([data, isOther]).to.deep.equal(['{"views":1}', true])
    })

    it('with { keep: true } and without await keeps the data too', async () => {
      const [data, isOther] = await visits(ctx => void session(ctx).regenerate({ keep: true }))
      expect([data, isOther]).to.deep.equal(['{"views":1}', true])
    })

    it('that fails without await does not end the process', async () => {
      const store = new MemoryStore()
      store.destroy = (_id, done) => void setImmediate(done as (err: Error) => void, new Error('stuck'))
      const stuck = site({ '/regenerate': ctx => void session(ctx).regenerate() }, { store })
      await stuck.get('/regenerate')
      await turns()
      expect(uncaught).to.deep.equal([])
    })
  })
})
