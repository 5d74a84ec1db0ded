import { expect } from 'chai'
import { failures } from '../kinds'
import { TracingStore } from '../../support/tracing-store'
import { turns } from '../../support/wire'
import { count, KoaSite, leave, lines, show, type Handler, type KoaSessionOptions } from '../site'

type Transport = NonNullable<KoaSessionOptions['transport']>
type Sent = Record<string, string>

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/leave': leave, '/save': ctx => (count(ctx), ctx.session?.save()) }

/**
 * Sends IDs in a header, in both directions.
 *
 * @param calls records its calls
 */
function byHeader(calls: unknown[][] = []): Exclude<Transport, (...args: never[]) => unknown> {
  const header = (ctx: unknown): string => (ctx as { get(name: string): string }).get('x-session')
  return {
    get: ctx => (calls.push(['get']), header(ctx)),
    set: (ctx, id, cookie) => {
      calls.push(['set', id, cookie.path])
      ctx.res.setHeader('x-session', id)
    },
    clear: (ctx, cookie) => {
      calls.push(['clear', cookie.path])
      ctx.res.setHeader('x-session', '')
    },
  }
}

const KINDS: Record<string, () => KoaSessionOptions> = {
  'an id': () => ({ store: new TracingStore() }),
  'a sealed session that is in the cookie': () => ({ seal: true }),
}

for (const [kind, make] of Object.entries(KINDS)) {
  describe(`koa options: transport, of ${kind}`, () => {
    const site = (calls?: unknown[][]): KoaSite => new KoaSite({ ...make(), transport: byHeader(calls) }, HANDLERS)
    const visit = async (
      to: KoaSite,
      path: string,
      sent: Sent = {},
    ): Promise<[text: string, value: string | undefined, cookies: string[]]> => {
      const res = await to.get(path).set(sent)
      return [res.text, res.headers['x-session'] as string | undefined, lines(res)]
    }

    it('reads and sends it, without cookies', async () => {
      const here = site()
      const [, value = '', cookies] = await visit(here, '/')
      expect([value.length > 0, cookies]).to.deep.equal([true, []])
      expect((await visit(here, '/read', { 'X-Session': value }))[0]).to.equal('{"views":1}')
    })

    it('clears it when the session ends', async () => {
      const here = site()
      const [, value = ''] = await visit(here, '/')
      const calls: unknown[][] = []
      expect((await visit(site(calls), '/leave', { 'X-Session': value }))[1]).to.equal('')
      expect(calls).to.deep.equal([['get'], ['clear', '/']])
    })

    it('reads it once per request, and sends it once per save', async () => {
      const calls: unknown[][] = []
      await visit(site(calls), '/')
      await visit(site(calls), '/save')
      expect(calls.map(([method]) => method)).to.deep.equal(['get', 'set', 'get', 'set'])
    })

    it('may return undefined, null or an empty string for no value', async () => {
      for (const nothing of [undefined, null, '', Promise.resolve(''), Promise.resolve(null)]) {
        const heard: unknown[] = []
        const options = make()
        const here = new KoaSite({ ...options, transport: { ...byHeader(), get: () => nothing as never } }, HANDLERS)
        here.app.on('session:missed', () => void heard.push('missed'))
        const [text, value] = await visit(here, '/read')
        await turns()
        expect([text, value, heard, (options.store as TracingStore | undefined)?.trace() ?? []]).to.deep.equal(['{}', undefined, [], []])
      }
    })

    it('may return a promise', async () => {
      const way = byHeader()
      const here = new KoaSite({ ...make(), transport: { ...way, get: async ctx => way.get(ctx) } }, HANDLERS)
      const [, value = ''] = await visit(here, '/')
      expect((await visit(here, '/read', { 'X-Session': value }))[0]).to.equal('{"views":1}')
    })

    for (const method of ['get', 'set', 'clear'] as const) {
      for (const [what, fail] of Object.entries(failures('lost'))) {
        it(`whose ${method} ${what} is an error of the request`, async () => {
          const here = new KoaSite({ ...make(), transport: { ...byHeader(), [method]: fail } }, HANDLERS)
          const res = await here.get(method === 'clear' ? '/leave' : '/')
          expect([res.status, here.errors.map(err => err.message)]).to.deep.equal([500, ['lost']])
        })
      }
    }
  })
}

describe('koa options: transport', () => {
  it('may be async in set and clear', async () => {
    const order: string[] = []
    const slow = (what: string) => async (): Promise<void> => {
      await turns(3)
      order.push(what)
    }
    const transport: Transport = { get: () => undefined, set: slow('set'), clear: slow('clear') }
    const site = new KoaSite({ store: new TracingStore(), transport }, HANDLERS, {
      before: [async (_ctx, next) => (await next(), order.push('over'))],
    })
    await site.get()
    await site.get('/leave')
    expect(order).to.deep.equal(['set', 'over', 'clear', 'over'])
  })

  it('that is a function is called with the cookie transport, and its result is used', async () => {
    const seen: string[] = []
    const transport: Transport = byCookie => ({
      ...byCookie,
      get: async ctx => (await byCookie.get(ctx))?.replace(/^v1\./, ''),
      set: (ctx, id, cookie) => (seen.push(id), byCookie.set(ctx, `v1.${id}`, cookie)),
    })
    const visitor = new KoaSite({ store: new TracingStore(), transport }, HANDLERS).visitor()
    await visitor.get()
    expect(visitor.jar.value('koa.sid')).to.equal(`v1.${seen[0]}`)
    expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    await visitor.get('/leave')
    expect(visitor.jar.names).to.deep.equal([])
  })

  it('that is a function is called once, when the app starts', async () => {
    let asked = 0
    const transport: Transport = byCookie => (asked++, byCookie)
    const site = new KoaSite({ store: new TracingStore(), transport }, HANDLERS)
    expect(asked).to.equal(1)
    await site.get()
    expect(asked).to.equal(1)
  })

  it('of the app needs no keys, and ignores a secure cookie', async () => {
    const site = new KoaSite({ store: new TracingStore(), transport: byHeader(), secure: true }, HANDLERS, { keys: null })
    expect((await site.get()).status).to.equal(200)
  })

  it('that uses the cookie transport needs keys, whose absence is an error before anything is stored', async () => {
    const store = new TracingStore()
    const site = new KoaSite({ store, transport: byCookie => byCookie }, HANDLERS, { keys: null })
    expect([(await site.get()).status, store.trace()]).to.deep.equal([500, []])
  })

  for (const [what, options] of Object.entries<KoaSessionOptions>({
    transport: { transport: byHeader() },
    externalKey: { externalKey: { get: () => '', set: () => {} } },
    sessionIdStore: { sessionIdStore: { get: () => '', set: () => {}, reset: () => {} } },
    'transport with store: "cookie"': { store: 'cookie', transport: byHeader() },
  })) {
    it(`${what}: an object that would carry the session itself, unsigned, is refused when the app starts`, () => {
      const start = (given: KoaSessionOptions) => () => new KoaSite(given, HANDLERS)
      expect(start(options)).to.throw(TypeError, 'transport option must not be an object if sessions are kept in the cookie')
      expect(start({ ...options, seal: true })).to.not.throw()
      expect(start({ ...options, store: new TracingStore() })).to.not.throw()
    })
  }

  it('that is a function may carry the signed session in another cookie', async () => {
    const transport: Transport = byCookie => ({ ...byCookie, set: (ctx, value, cookie) => byCookie.set(ctx, value, cookie) })
    const visitor = new KoaSite({ transport }, HANDLERS).visitor()
    await visitor.get()
    expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    visitor.jar.forge('koa.sess', Buffer.from('{"views":9}').toString('base64'))
    expect((await visitor.get('/read')).text).to.equal('{}')
  })

  for (const transport of [{}, { get: () => '' }, { get: () => '', set: () => {} }, 5, 'header', null]) {
    it(`${JSON.stringify(transport)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ transport: transport as never }, HANDLERS)).to.throw(
        TypeError,
        'transport option must have get, set and clear',
      )
    })
  }
})
