import { expect } from 'chai'
import { koaGenericSession, koaSession, koaSessionStore, koaSessionTs } from '../../../lib/koa-presets'
import { Koa3, ORIGINALS, type KoaApp, type KoaContext, type Middleware } from './koa-app'
import { serve } from './serve'
import { contextStore, PromiseStore } from './traced-stores'

const session = koaSession as unknown as Middleware
const generic = koaGenericSession as unknown as Middleware
const ts = koaSessionTs as unknown as Middleware
const { koaSession6 } = ORIGINALS

function appWith(create: (app: KoaApp) => unknown, keys?: string[]): KoaApp {
  const app = new Koa3()
  Object.assign(app, { silent: true }, keys && { keys })
  return app.use(create(app))
}

const count = (ctx: KoaContext): void => {
  const { a = 0 } = ctx.session as { a?: number }
  ;(ctx.session as { a?: number }).a = a + 1
  ctx.body = String(a + 1)
}

describe('koa lineages: setup of presets', () => {
  const given = (options: object) => options as never
  class NoGet {
    set(): void {}
    destroy(): void {}
  }

  describe('koa-session throws at setup, with the messages of koa-session 6', () => {
    const REFUSED: Record<string, object> = {
      'a store that cannot get': { store: { set() {}, destroy() {} } },
      'a store that cannot destroy': { store: { get() {}, set() {} } },
      'an externalKey that cannot set': { externalKey: { get() {} } },
      'a ContextStore that is no class': { ContextStore: {} },
      'a ContextStore that cannot get': { ContextStore: NoGet },
    }

    for (const [what, options] of Object.entries(REFUSED)) {
      it(what, () => {
        let message: string | undefined
        try {
          koaSession6.create(given({ ...options }), new Koa3())
        } catch (err) {
          message = (err as Error).message
        }
        expect(message).to.be.a('string')
        expect(() => session(given(options), new Koa3())).to.throw(TypeError, message)
      })
    }

    it('no app', () => {
      expect(() => session()).to.throw(TypeError, 'app instance required: `session(opts, app)`')
      expect(() => koaSession6.create()).to.throw(TypeError, 'app instance required: `session(opts, app)`')
    })

    it('a maxAge that is a string, as koa-session 7 does', () => {
      expect(() => session(given({ maxAge: '1d' }), new Koa3())).to.throw(TypeError, 'maxAge')
    })
  })

  for (const [what, create] of [
    ['koa-session 7', ORIGINALS.koaSession7.create],
    ['koa-session 6', koaSession6.create],
    ['its preset', session],
  ] as const) {
    it(`${what} uses ContextStore if there is a store too`, async () => {
      const [store, other] = [new PromiseStore(), new PromiseStore()]
      const app = appWith(app => create(given({ store: other, ContextStore: contextStore(store) }), app), ['a key']).use(count)
      expect((await serve(app, [{}, {}])).map(({ body }) => body)).to.deep.equal(['1', '2'])
      expect([store.records.size, other.calls]).to.deep.equal([1, []])
    })
  }

  for (const [what, create] of [
    ['koa-session 7', ORIGINALS.koaSession7.create],
    ['koa-session 6', koaSession6.create],
    ['its preset', session],
  ] as const) {
    it(`${what} takes a ContextStore that Babel has compiled to a function, and refuses another function`, async () => {
      const store = new PromiseStore()
      function _classCallCheck(instance: unknown, Class: new () => unknown): void {
        if (!(instance instanceof Class)) throw new TypeError('Cannot call a class as a function')
      }
      function Compiled(this: unknown): void {
        _classCallCheck(this, Compiled as never)
      }
      const methods = { get: store.get.bind(store), set: store.set.bind(store), destroy: store.destroy.bind(store) }
      Object.assign(Compiled.prototype as object, methods)
      const app = appWith(app => create(given({ ContextStore: Compiled }), app), ['a key']).use(count)
      expect((await serve(app, [{}, {}])).map(({ body }) => body)).to.deep.equal(['1', '2'])
      const other = Object.assign(() => {}, { prototype: methods })
      expect(() => create(given({ ContextStore: other }), new Koa3())).to.throw('ContextStore must be a class')
    })
  }

  it('koa-session accepts the app as first or last argument', () => {
    for (const call of [
      (app: KoaApp) => session(app as never),
      (app: KoaApp) => session(undefined, app),
      (app: KoaApp) => session({}, app),
    ]) {
      expect(call(new Koa3())).to.be.a('function')
    }
  })

  it('null means the default: a cookie is signed by default', async () => {
    const app = appWith(app => session(given({ signed: null, sameSite: null, maxAge: null, store: null }), app), ['a key']).use(count)
    const [first] = await serve(app, [{}])
    expect(first?.lines.map(line => line.split('=')[0])).to.deep.equal(['koa.sess', 'koa.sess.sig'])
  })

  for (const [what, create] of Object.entries<(app: KoaApp) => unknown>({
    'koa-session 7': app => ORIGINALS.koaSession7.create(given({ maxAge: 0 }), app),
    'its preset': app => session(given({ maxAge: 0 }), app),
    'its preset, with a store': app => session(given({ maxAge: 0, store: new PromiseStore() }), app),
    'koa-generic-session': () => ORIGINALS.koaGenericSession.create(given({ cookie: { maxAge: 0 }, store: new PromiseStore() })),
    'its preset, with a cookie': () => generic(given({ cookie: { maxAge: 0 }, store: new PromiseStore() })),
    'the preset of koa-session-store': () => (koaSessionStore as unknown as Middleware)(given({ cookie: { maxAge: 0 } })),
    'the preset of koa-session-ts': () => ts(given({ cookieOptions: { maxAge: 0 }, store: new PromiseStore() })),
    'the preset of koa-generic-session, set in the session': () => generic(given({ store: new PromiseStore() })),
  })) {
    it(`a maxAge of 0 ends the cookie with the browser: ${what}`, async () => {
      const isLate = /set in the session/.test(what)
      const app = appWith(create, ['a key']).use((ctx: KoaContext) => {
        if (isLate && ctx.session?.cookie) ctx.session.cookie.maxAge = 0
        count(ctx)
      })
      const [first, second] = await serve(app, [{}, {}])
      expect([first?.body, second?.body]).to.deep.equal(['1', '2'])
      expect(first?.lines.join()).to.not.match(/expires/i)
    })
  }

  it('a record of koa-generic-session with a maxAge of 0 has no lifetime', async () => {
    type Handle = (ctx: KoaContext, next: () => Promise<unknown>) => unknown
    const store = new PromiseStore()
    const preset = generic(given({ store })) as Handle
    const original = ORIGINALS.koaGenericSession.create(given({ cookie: { maxAge: 0 }, store })) as Handle
    const handle: Handle = (ctx, next) => (ctx.path === '/' ? original : preset)(ctx, next)
    const app = appWith(() => handle, ['a key']).use(count)
    const [, second] = await serve(app, [{}, { path: '/preset' }])
    expect([second?.body, second?.lines.length, /expires/i.test(second?.lines.join() ?? '')]).to.deep.equal(['2', 2, false])
  })

  for (const [whose, create] of Object.entries({ 'koa-session 7': ORIGINALS.koaSession7.create, 'its preset': session })) {
    it(`${whose} does not use externalKey without a store: the session is in the signed cookie`, async () => {
      const calls: string[] = []
      const externalKey = {
        // A client that has forged a session
        get: () => (calls.push('get'), Buffer.from('{"a":99}').toString('base64')),
        set: () => void calls.push('set'),
      }
      const app = appWith(app => create(given({ externalKey }), app), ['a key']).use(count)
      const [first, second] = await serve(app, [{}, {}])
      expect([first?.body, second?.body, calls]).to.deep.equal(['1', '2', []])
      expect(first?.lines.map(line => line.split('=')[0])).to.deep.equal(['koa.sess', 'koa.sess.sig'])
    })
  }

  it('the session of koa-session has an externalKey, and manuallyCommit', async () => {
    const store = new PromiseStore()
    const keys: unknown[] = []
    const app = appWith(app => session(given({ store, autoCommit: false }), app), ['a key']).use(async (ctx: KoaContext) => {
      count(ctx)
      const { externalKey, manuallyCommit } = ctx.session as unknown as { externalKey: string; manuallyCommit(): Promise<void> }
      keys.push(externalKey)
      await manuallyCommit.call(ctx.session)
    })
    const [first, second] = await serve(app, [{}, {}])
    expect([first?.body, second?.body]).to.deep.equal(['1', '2'])
    expect(keys[0]).to.equal(keys[1])
    expect([...store.records.keys()]).to.deep.equal([keys[0]])
  })

  it('a session of another preset has data under those names', async () => {
    const app = appWith(() => generic(), ['a key']).use((ctx: KoaContext) => {
      const data = ctx.session as { externalKey?: number }
      ctx.body = String((data.externalKey = (data.externalKey ?? 0) + 1))
    })
    expect((await serve(app, [{}, {}])).map(({ body }) => body)).to.deep.equal(['1', '2'])
  })

  it('koa-generic-session uses maxage as the maxAge of its cookie', async () => {
    const app = appWith(() => generic(given({ cookie: { maxage: 60_000 } })), ['a key']).use(count)
    const [first] = await serve(app, [{}])
    const expires = Date.parse(/expires=([^;]*)/.exec(first?.lines[0] ?? '')?.[1] ?? '')
    expect(expires - Date.now()).to.be.within(50_000, 61_000)
  })

  it('koa-session-ts signs without cookieOptions, and not with cookieOptions that do not set signed', async () => {
    const names = async (options?: object, keys?: string[]): Promise<unknown> => {
      const [first] = await serve(appWith(() => ts(options && given(options)), keys).use(count), [{}])
      return first?.lines.map(line => line.split('=')[0])
    }
    expect(await names(undefined, ['a key'])).to.deep.equal(['koa.sid', 'koa.sid.sig'])
    expect(await names({ cookieOptions: { maxAge: 60_000 } })).to.deep.equal(['koa.sid'])
    expect(await names({ cookieOptions: { maxAge: 60_000, signed: true } }, ['a key'])).to.deep.equal(['koa.sid', 'koa.sid.sig'])
  })

  for (const option of ['ttl', 'reconnectTimeout']) {
    for (const [preset, options] of Object.entries({ generic, ...(option === 'ttl' ? {} : { ts }) })) {
      it(`a ${option} that is a number as text is that number: ${preset}`, async () => {
        const store = new PromiseStore()
        const app = appWith(() => options(given({ store, [option]: '60000' })), ['a key']).use(count)
        expect((await serve(app, [{}, {}])).map(({ body }) => body)).to.deep.equal(['1', '2'])
        if (option === 'ttl') expect(store.calls.find(({ call }) => call === 'set')?.ttl).to.equal(60_000)
        expect(() => options(given({ [option]: 'soon' }))).to.throw(TypeError, option)
      })
    }
  }

  it('koa-session-store works without options', () => {
    expect(koaSessionStore()).to.be.a('function')
  })
})
