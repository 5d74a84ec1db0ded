import { expect } from 'chai'
import Koa = require('koa')
import request = require('supertest')
import koaSession = require('../../lib/koa')
import { readSession, sessionCookie, type KoaTestSessionOptions } from '../../lib/testing'
import { KOAS } from '../koa/koas'
import { useClock } from '../support/clock'
import { PromiseStore } from '../support/promise-store'
import { session } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

type Data = Record<string, unknown>
type Options = Omit<KoaTestSessionOptions, 'app'>

const OPTIONS: Record<string, () => Options> = {
  'a MemoryStore': () => ({ store: new session.MemoryStore() }),
  'a store of promises': () => ({ store: new PromiseStore(new session.MemoryStore() as never) }),
  'a store for each request': () => {
    const store = new session.MemoryStore()
    return { store: () => store }
  },
  'the cookie': () => ({}),
  'the sealed cookie': () => ({ seal: true }),
  'another name': () => ({ store: new session.MemoryStore(), name: 'id' }),
  'the options of koa-session': () => ({ key: 'id', maxAge: 60_000, secure: true }) as Options,
  'a cookie without a signature': () => ({ store: new session.MemoryStore(), cookie: { signed: false } }),
  'a lifetime': () => ({ store: new session.MemoryStore(), cookie: { maxAge: 60_000 } }),
  'a secure cookie': () => ({ store: new session.MemoryStore(), cookie: { secure: true } }),
  'deferred reading': () => ({ store: new session.MemoryStore(), defer: true }),
  'commits of its own': () => ({ store: new session.MemoryStore(), autoCommit: false }),
  'the names of koa-session-store': () => ({ store: new session.MemoryStore(), names: 'none' }),
}

function appWith(options: Options, App: unknown = Koa): Koa {
  const app = new (App as typeof Koa)()
  app.keys = ['a key', 'an older key']
  app.proxy = true
  app.silent = true
  app.use(koaSession(options, app))
  app.use(async ctx => {
    const held = (await (ctx.session as unknown)) as Data
    if (ctx.path === '/logout') return void (ctx.session = null)
    if (ctx.path === '/login') {
      held.user = 'ada'
      await ctx.saveSession()
    }
    ctx.body = held.user ?? 'guest'
  })
  return app
}

/** A request through a proxy that terminates TLS. */
function get(app: Koa, path: string, cookie = ''): request.Test {
  return request(app.callback()).get(path).set('X-Forwarded-Proto', 'https').set('Cookie', cookie)
}

for (const [version, App] of Object.entries(KOAS)) {
  describe(`testing: sessionCookie and readSession with an app of ${version}`, () => {
    for (const [what, make] of Object.entries(OPTIONS)) {
      it(`serve an app with ${what}`, async () => {
        const options = make()
        const app = appWith(options, App)
        const cookie = await sessionCookie({ app, ...options, data: { user: 'tobi' } as Data })
        expect((await get(app, '/', cookie)).text).to.equal('tobi')
        expect(await readSession({ app, ...options }, cookie)).to.deep.equal({ user: 'tobi' })

        const { headers } = await get(app, '/login')
        expect(await readSession({ app, ...options }, headers['set-cookie'])).to.deep.equal({ user: 'ada' })
      })
    }
  })
}

describe('testing: sessionCookie with a Koa app', () => {
  const clock = useClock()

  it('returns the cookie and its signature', async () => {
    const app = appWith({})
    expect(await sessionCookie({ app, data: {} })).to.match(/^koa\.sess=[^;]+; koa\.sess\.sig=[^;]+$/)
  })

  it('makes a session that expires with the clock of the test', async () => {
    const options = { app: appWith({}), store: new session.MemoryStore(), cookie: { maxAge: 60_000 } }
    const cookie = await sessionCookie({ ...options, data: { n: 1 } as Data })
    clock.turn(59_000)
    expect(await readSession(options, cookie)).to.deep.equal({ n: 1 })
    clock.turn(1_000)
    expect(await readSession(options, cookie)).to.equal(undefined)
  })

  it('changes nothing in the app', async () => {
    const app = new Koa()
    app.keys = ['a key']
    const names = Reflect.ownKeys(app.context)
    await sessionCookie({ app, data: {} })
    expect(Reflect.ownKeys(app.context)).to.deep.equal(names)
    expect(app.listenerCount('error')).to.equal(0)
  })

  it('rejects invalid options', async () => {
    const app = appWith({})
    const wrong: [options: object, message: string][] = [
      [{ app: {}, data: {} }, 'app option must be a Koa app'],
      [{ app }, 'data option must be an object; write data: { userId: 1 }, for example'],
      [{ app, data: { cookie: {} } }, 'data option must not have a cookie; use the cookie option'],
      [{ app: new Koa(), data: {} }, 'keys required for signed cookies'],
      [{ app, store: {}, data: {} }, 'store option must have'],
    ]
    for (const [options, message] of wrong) {
      const err = await sessionCookie(options as never).then(String, (err: Error) => err.message)
      expect(err).to.include(message)
    }
  })

  it('rejects with the error of the store, even if the app ignores it', async () => {
    const store = new session.MemoryStore()
    store.set = ((_: string, __: object, done: (err: Error) => void) => done(new Error('no disk'))) as never
    const options = { app: appWith({}), store, onError: () => {} }
    expect(await sessionCookie({ ...options, data: {} }).then(String, (err: Error) => err.message)).to.equal('no disk')
  })
})

describe('testing: readSession with a Koa app', () => {
  it('returns undefined if there is no session', async () => {
    const options = { store: new session.MemoryStore() }
    const app = appWith(options)
    const cookie = await sessionCookie({ app, ...options, data: { n: 1 } as Data })
    for (const form of [undefined, '', [], 'other=1', cookie.replace('.sig=', '.sig=x')])
      expect(await readSession({ app, ...options }, form)).to.equal(undefined)
    const { headers } = await get(app, '/logout', cookie)
    expect(await readSession({ app, ...options }, cookie)).to.equal(undefined)
    expect(await readSession({ app, ...options }, headers['set-cookie'])).to.equal(undefined)
  })

  it('changes nothing: it only calls get', async () => {
    const store = new TracingStore()
    const options = { app: appWith({}), store, cookie: { maxAge: 60_000 }, rolling: true }
    const cookie = await sessionCookie({ ...options, data: { n: 1 } as Data })
    store.trace()
    expect(await readSession(options, cookie)).to.deep.equal({ n: 1 })
    await new Promise(resolve => setImmediate(resolve))
    expect(store.trace()).to.deep.equal(['get'])
  })
})
