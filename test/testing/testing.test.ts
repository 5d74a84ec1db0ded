import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import express = require('express')
import request = require('supertest')
import { readSession, sessionCookie, type SessionCookieOptions, type SetCookie, type TestSessionOptions } from '../../lib/testing'
import { useClock } from '../support/clock'
import { PromiseStore } from '../support/promise-store'
import { session, type SessionData } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

type Data = Record<string, unknown>
type Done = (err?: unknown, found?: unknown) => void

const secret = 'keyboard cat'

/** A store with the three required methods, which call back synchronously. */
function plainStore(): object {
  const records = new Map<string, string>()
  return {
    get: (id: string, done: Done) => done(null, JSON.parse(records.get(id) ?? 'null')),
    set: (id: string, data: SessionData, done?: Done) => done?.(void records.set(id, JSON.stringify(data))),
    destroy: (id: string, done?: Done) => done?.(void records.delete(id)),
  }
}

const OPTIONS: Record<string, () => object> = {
  'a MemoryStore': () => ({ store: new session.MemoryStore() }),
  'a store that calls back': () => ({ store: plainStore() }),
  'a store of promises': () => ({ store: new PromiseStore(new session.MemoryStore() as never) }),
  'the cookie': () => ({ store: 'cookie' }),
  'the sealed cookie': () => ({ store: 'cookie', seal: true }),
  'the cookie, sealed with other secrets': () => ({ store: 'cookie', seal: ['new seal', 'old seal'] }),
  'several secrets': () => ({ store: new session.MemoryStore(), secret: ['new', 'old'] }),
  'an async secret': () => ({ store: new session.MemoryStore(), secret: async () => 'later' }),
  'another name': () => ({ store: new session.MemoryStore(), name: 'id' }),
  'a lifetime': () => ({ store: new session.MemoryStore(), cookie: { maxAge: 60_000 } }),
  'a cookie for each request': () => ({ store: new session.MemoryStore(), cookie: async () => ({ maxAge: 60_000 }) }),
  'functions that use members of Express': () => ({
    store: new session.MemoryStore(),
    secret: (req: express.Request) => (req.hostname.length > 0 && req.get('host') ? secret : 'another one'),
    cookie: (req: express.Request) => ({ path: `/${req.path.split('/')[1]}`, secure: req.protocol === 'https' }),
    userId: ({ user }: { user?: string }) => user,
    describe: (req: express.Request) => ({ agent: req.header('User-Agent') ?? 'none', ip: req.ip, query: req.query, url: req.originalUrl }),
  }),
  'other IDs': () => ({ store: new session.MemoryStore(), genid: async () => randomUUID() }),
}

function appWith(options: object): express.Express {
  const app = express()
  app.use(session({ resave: false, saveUninitialized: false, ...(options as { secret: string }) }))
  app.get('/', (req, res) => void res.json((req.session as never as Data).user ?? null))
  app.get('/login', (req, res) => {
    Object.assign(req.session, { user: 'ada' })
    res.end()
  })
  app.get('/logout', (req, res) => void req.session.destroy(() => res.end()))
  return app
}

describe('testing: sessionCookie and readSession', () => {
  for (const [what, make] of Object.entries(OPTIONS)) {
    it(`serve an app with ${what}`, async () => {
      const options = { secret, ...make() } as TestSessionOptions & { name?: string }
      const app = appWith(options)
      const cookie = await sessionCookie({ ...options, data: { user: 'tobi' } as Data })
      expect(cookie).to.match(new RegExp(`^${options.name ?? 'connect.sid'}=s%3A[^;]+$`))
      expect((await request(app).get('/').set('Cookie', cookie)).body).to.equal('tobi')
      expect(await readSession(options, cookie)).to.deep.equal({ user: 'tobi' })

      const { headers } = await request(app).get('/login')
      expect(await readSession(options, headers['set-cookie'])).to.deep.equal({ user: 'ada' })
    })
  }
})

describe('testing: sessionCookie', () => {
  const clock = useClock()

  it('stores the same record as a response', async () => {
    const store = new session.MemoryStore()
    const cookie = { maxAge: 60_000, path: '/app', secure: true, sameSite: 'lax' } as const
    await sessionCookie({ store, secret, cookie, data: { n: 1 } as Data })
    expect(Object.values(store.sessions)).to.deep.equal([
      '{"cookie":{"originalMaxAge":60000,"expires":"2026-01-01T00:01:00.000Z","secure":true,"httpOnly":true,"path":"/app","sameSite":"lax"},"n":1}',
    ])
  })

  it('makes a session that expires with the clock of the test', async () => {
    const options = { store: new session.MemoryStore(), secret, cookie: { maxAge: 60_000 } }
    const cookie = await sessionCookie({ ...options, data: { n: 1 } as Data })
    clock.turn(59_000)
    expect(await readSession(options, cookie)).to.deep.equal({ n: 1 })
    clock.turn(1_000)
    expect(await readSession(options, cookie)).to.equal(undefined)
  })

  it('stores a session without data too', async () => {
    const options = { store: new session.MemoryStore(), secret }
    expect(await readSession(options, await sessionCookie({ ...options, data: {} }))).to.deep.equal({})
  })

  it('sets the cookie if a function makes it secure', async () => {
    const options = { store: new session.MemoryStore(), secret, cookie: () => ({ secure: true }) }
    expect(await readSession(options, await sessionCookie({ ...options, data: { n: 1 } as Data }))).to.deep.equal({ n: 1 })
  })

  it('does not change the generate method of the store', async () => {
    const store = new session.MemoryStore()
    const generateOf = (): unknown => (store as { generate?: unknown }).generate
    await sessionCookie({ store, secret, data: {} })
    expect(generateOf()).to.equal(undefined)
    session({ store, secret, resave: false, saveUninitialized: false })
    const generate = generateOf()
    await sessionCookie({ store, secret, data: {} })
    expect(generateOf()).to.be.a('function').and.to.equal(generate)
  })

  it('rejects invalid options', async () => {
    const store = new session.MemoryStore()
    const wrong: [options: object, message: string][] = [
      [{ secret, data: {} }, 'sessionCookie needs the store of the app; write sessionCookie({ store, secret, … })'],
      [{ store, data: {} }, 'sessionCookie needs the secret of the app; write sessionCookie({ store, secret, … })'],
      [{ store, secret }, 'data option must be an object; write data: { userId: 1 }, for example'],
      [{ store, secret, data: { cookie: {} } }, 'data option must not have a cookie; use the cookie option'],
      [{ store: {}, secret, data: {} }, 'store option must have a get method'],
    ]
    for (const [options, message] of wrong) {
      const err = await sessionCookie(options as SessionCookieOptions).then(String, (err: Error) => err)
      expect(err).to.be.instanceOf(TypeError)
      expect((err as Error).message).to.include(message)
    }
    expect(Object.keys(store.sessions)).to.deep.equal([])
  })

  it('rejects with the error of the store', async () => {
    const store = new session.MemoryStore()
    store.set = ((_: string, __: object, done: Done) => done(new Error('no disk'))) as never
    expect(await sessionCookie({ store, secret, data: {} }).then(String, (err: Error) => err.message)).to.equal('no disk')
  })

  it('rejects a session that is too large for the cookie', async () => {
    const data = { text: 'x'.repeat(5000) } as Data
    const err = await sessionCookie({ store: 'cookie', secret, data }).then(String, (err: Error) => err.message)
    expect(err).to.include('too large for a cookie')
  })
})

describe('testing: readSession', () => {
  const store = new session.MemoryStore()
  const options = { store, secret }

  it('accepts the header in each form', async () => {
    const cookie = await sessionCookie({ ...options, data: { n: 1 } as Data })
    const line = `${cookie}; Path=/; Expires=Thu, 01 Jan 2099 00:00:00 GMT; HttpOnly`
    const headers = new Headers([
      ['set-cookie', 'other=1; Path=/'],
      ['set-cookie', line],
    ])
    const forms: SetCookie[] = [
      line,
      [line],
      ['other=1; Path=/', line],
      headers,
      headers.get('set-cookie'),
      `a=1; ${cookie}; b=2`,
      ['connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT', line],
    ]
    for (const form of forms) expect(await readSession(options, form)).to.deep.equal({ n: 1 })
  })

  it('uses the last of several cookies of the name', async () => {
    const lines = [await sessionCookie({ ...options, data: { n: 1 } as Data }), await sessionCookie({ ...options, data: { n: 2 } as Data })]
    expect(await readSession(options, lines)).to.deep.equal({ n: 2 })
  })

  it('returns undefined if there is no session', async () => {
    const cookie = await sessionCookie({ ...options, data: { n: 1 } as Data })
    const forms: SetCookie[] = [undefined, null, '', [], 'other=1', `${cookie}x`, cookie.replace('connect.sid', 'other')]
    for (const form of forms) expect(await readSession(options, form)).to.equal(undefined)
    expect(await readSession({ store, secret: 'another' }, cookie)).to.equal(undefined)
    await request(appWith(options)).get('/logout').set('Cookie', cookie)
    expect(await readSession(options, cookie)).to.equal(undefined)
  })

  it('changes nothing: it only calls get', async () => {
    const tracing = new TracingStore()
    const traced = { store: tracing, secret, cookie: { maxAge: 60_000 } }
    const cookie = await sessionCookie({ ...traced, data: { n: 1 } as Data })
    expect(tracing.trace()).to.deep.equal(['set'])
    expect(await readSession(traced, cookie)).to.deep.equal({ n: 1 })
    expect(await readSession(traced, undefined)).to.equal(undefined)
    await new Promise(resolve => setImmediate(resolve))
    expect(tracing.trace()).to.deep.equal(['get'])
  })

  it('rejects without a store or a secret, and with the error of the store', async () => {
    const read = (given: object): Promise<string> => readSession(given as never, 'a=b').then(String, (err: Error) => err.message)
    expect(await read({ secret })).to.include('readSession needs the store of the app')
    expect(await read({ store })).to.include('readSession needs the secret of the app')
    const cookie = await sessionCookie({ ...options, data: {} })
    const failing = Object.assign(new session.MemoryStore(), { get: (_: string, done: Done) => done(new Error('no disk')) })
    expect(await readSession({ store: failing as never, secret }, cookie).then(String, (err: Error) => err.message)).to.equal('no disk')
  })

  it('put a session into the list of its user, if they get userId', async () => {
    const options = {
      store: new session.MemoryStore(),
      secret,
      userId: ({ user }: Data) => user as string | undefined,
      maxSessionsPerUser: 5,
    }
    const sessions = session({ resave: false, saveUninitialized: false, ...options } as never)
    await sessionCookie({ ...options, data: { user: 'ada' } as Data })
    expect((await sessions.list('ada')).length).to.equal(1)
  })

  it('take the headers of a response', async () => {
    const options = { store: new session.MemoryStore(), secret }
    const { headers } = await request(appWith(options)).get('/login')
    expect(await readSession(options, headers)).to.deep.equal({ user: 'ada' })
    expect(await readSession(options, { 'set-cookie': (headers['set-cookie'] as unknown as string[])[0] })).to.deep.equal({ user: 'ada' })
    expect(await readSession(options, {})).to.equal(undefined)
  })

  it('say what is missing if they get nothing', async () => {
    const errorOf = (act: () => Promise<unknown>): Promise<string> => act().then(() => 'none', String)
    expect(await errorOf(() => sessionCookie(undefined as never))).to.contain('data option must be an object')
    expect(await errorOf(() => readSession(undefined as never, ''))).to.contain('readSession needs the store of the app')
  })
})
