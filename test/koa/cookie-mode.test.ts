import { expect } from 'chai'
import { useClock } from '../support/clock'
import { turns } from '../support/wire'
import { count, KoaSite, leave, lines, show, type Bag, type Handler } from './site'

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/leave': leave }
const HOUR = 3_600_000

const payload = (value: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(value ?? '', 'base64').toString()) as Record<string, unknown>

const encoded = (data: object): string => Buffer.from(JSON.stringify(data)).toString('base64')

describe('koa: sessions in the cookie', () => {
  const clock = useClock()

  it('are base64 of JSON with their expiry, signed by app.keys', async () => {
    const visitor = new KoaSite({}, HANDLERS).visitor()
    await visitor.get()
    expect(payload(visitor.jar.value('koa.sess'))).to.deep.equal({ views: 1, _expire: clock.now() + 24 * HOUR, _maxAge: null })
    expect(visitor.jar.value('koa.sess.sig')).to.match(/^[\w-]{27}$/)
  })

  it('may contain any text', async () => {
    const text = 'a;b "ü" 漢 \u{1F600}'
    const visitor = new KoaSite({}, { '/': ctx => ((ctx.session as Bag).text = text), '/read': show }).visitor()
    await visitor.get()
    expect((await visitor.get('/read')).body).to.deep.equal({})
    expect(JSON.parse((await visitor.get('/read')).text)).to.deep.equal({ text })
  })

  describe('tampered with', () => {
    const forged = encoded({ views: 99, _expire: Date.UTC(2030, 0, 1), _session: true })

    it('are new ones, with the signature of another value', async () => {
      const visitor = new KoaSite({}, HANDLERS).visitor()
      await visitor.get()
      visitor.jar.forge('koa.sess', forged)
      expect((await visitor.get('/read')).text).to.equal('{}')
    })

    it('are new ones, without a signature', async () => {
      const visitor = new KoaSite({}, HANDLERS).visitor()
      visitor.jar.forge('koa.sess', forged)
      expect((await visitor.get('/read')).text).to.equal('{}')
    })

    it('are accepted if signed is false', async () => {
      const visitor = new KoaSite({ signed: false }, HANDLERS).visitor()
      visitor.jar.forge('koa.sess', forged)
      expect((await visitor.get('/read')).text).to.equal('{"views":99}')
    })

    for (const garbage of [
      'garbage',
      encoded([]).slice(0, 3),
      Buffer.from('null').toString('base64'),
      Buffer.from('5').toString('base64'),
    ]) {
      it(`are new ones, if they are invalid: ${garbage}`, async () => {
        const visitor = new KoaSite({ signed: false }, HANDLERS).visitor()
        visitor.jar.forge('koa.sess', garbage)
        const res = await visitor.get()
        expect([res.status, res.text]).to.deep.equal([200, '1'])
      })
    }
  })

  it('signed by an older key are read, and signed again by the newest', async () => {
    const visitor = new KoaSite({}, HANDLERS, { keys: ['old'] }).visitor()
    await visitor.get()
    const both = new KoaSite({}, HANDLERS, { keys: ['new', 'old'] })
    const other = new KoaSite({}, HANDLERS, { keys: ['new'] })
    const later = Object.assign(both.visitor(), { jar: visitor.jar })
    expect((await later.get('/read')).text).to.equal('{"views":1}')
    expect((await Object.assign(other.visitor(), { jar: visitor.jar }).get('/read')).text).to.equal('{"views":1}')
  })

  it('signed by a removed key are new ones', async () => {
    const visitor = new KoaSite({}, HANDLERS, { keys: ['old'] }).visitor()
    await visitor.get()
    const other = new KoaSite({}, HANDLERS, { keys: ['new'] }).visitor()
    expect((await Object.assign(other, { jar: visitor.jar }).get('/read')).text).to.equal('{}')
  })

  describe('that have expired', () => {
    /** Sends the cookie again after its expiry, unlike a browser. */
    const replay = async (options: object, ms: number): Promise<string> => {
      const site = new KoaSite(options, HANDLERS)
      const visitor = site.visitor()
      await visitor.get()
      const Cookie = visitor.jar.header('/')
      clock.turn(ms)
      return (await site.visitor().get('/read', { Cookie })).text
    }

    it('are new ones, even if the client still sends the cookie', async () => {
      expect(await replay({ maxAge: HOUR }, HOUR - 1)).to.equal('{"views":1}')
      expect(await replay({ maxAge: HOUR }, HOUR)).to.equal('{}')
    })

    it('are new ones after a day if the cookie has no expiry', async () => {
      expect(await replay({}, 24 * HOUR - 1)).to.equal('{"views":1}')
      expect(await replay({}, 24 * HOUR)).to.equal('{}')
    })

    it('are emitted to the app as expired, with their data', async () => {
      const site = new KoaSite({ maxAge: HOUR }, HANDLERS)
      const heard: unknown[] = []
      site.app.on('session:expired', (event: { key: unknown; value: object }) => heard.push([event.key, event.value]))
      const visitor = site.visitor()
      await visitor.get()
      const Cookie = visitor.jar.header('/')
      clock.turn(HOUR)
      await site.visitor().get('/read', { Cookie })
      await turns()
      expect(heard).to.deep.equal([[undefined, { views: 1, _expire: clock.now(), _maxAge: HOUR }]])
    })
  })

  it('have the same expiry on both cookies', async () => {
    const visitor = new KoaSite({ maxAge: HOUR }, HANDLERS).visitor()
    for (let visit = 0; visit < 2; visit++) expect(lines(await visitor.get())[0]).to.contain('01 Jan 2026 01:00:00')
    const site = new KoaSite({}, HANDLERS).visitor()
    for (let visit = 0; visit < 2; visit++) expect(lines(await site.get())[0]).to.not.contain('expires')
  })

  describe('that are too large', () => {
    const large: Handler = ctx => {
      ;(ctx.session as Bag).text = 'x'.repeat(Number(ctx.query.size))
    }

    it('are an error, and set no cookie', async () => {
      const site = new KoaSite({}, large)
      const res = await site.get('/?size=4000')
      expect([res.status, lines(res)]).to.deep.equal([500, []])
      expect(site.errors[0]).to.be.instanceOf(RangeError)
      expect(site.errors[0]?.message).to.match(/^session is too large for a cookie: \d+ bytes of 4093$/)
    })

    it('do not change the session of the client', async () => {
      const visitor = new KoaSite({}, { ...HANDLERS, '/large': large }).visitor()
      await visitor.get()
      await visitor.get('/large?size=4000')
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    })

    it('have more than 4093 bytes of name and value', async () => {
      const plain = { encode: (data: object) => (data as { text?: string }).text ?? '', decode: (text: string) => ({ text }) }
      const site = new KoaSite({ name: 'abc', ...plain }, large)
      expect((await site.get('/?size=4089')).status).to.equal(404)
      expect((await site.get('/?size=4090')).status).to.equal(500)
    })
  })

  it('are destroyed by a clearing cookie at their own path', async () => {
    const visitor = new KoaSite({ path: '/app' }, { '/app': count, '/app/leave': leave }).visitor()
    await visitor.get('/app')
    expect(visitor.jar.names).to.deep.equal(['koa.sess', 'koa.sess.sig'])
    await visitor.get('/app/leave')
    expect(visitor.jar.names).to.deep.equal([])
  })
})
