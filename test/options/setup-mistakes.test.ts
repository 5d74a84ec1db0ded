import { expect } from 'chai'
import { RedisStore } from 'connect-redis'
import * as connectRedis from 'connect-redis'
import { Redis } from 'ioredis'
import { inspect } from 'node:util'
import { Pool } from 'pg'
import { createClient } from 'redis'
import simple = require('connect-pg-simple')
import { OPTION_NAMES as CONNECT_NAMES } from '../../lib/connect/option-names'
import { warningsOf } from '../../lib/core/settings/option-warnings'
import type { WarningCode } from '../../lib/core/diagnostics/diagnose'
import { OPTION_NAMES as KOA_NAMES } from '../../lib/koa/settings/option-names'
import { atomicMysql, atomicPostgres, atomicRedis } from '../../lib/atomic'
import { count as countVisits } from '../support/handlers'
import { useDiagnostics } from '../support/diagnostics'
import type { Host } from '../support/host'
import { onEachHost } from '../support/hosts'
import { Site, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'

const said = (value: unknown): string => inspect(value, { breakLength: Infinity, depth: 1 })

type Refused = readonly [cookie: unknown, message: RegExp]

/** Environment variables are strings, and numbers from missing ones are NaN. */
const REFUSED_COOKIES: readonly Refused[] = [
  [{ maxAge: NaN }, /maxAge.*not NaN/],
  [{ maxAge: Number(undefined) * 1000 }, /maxAge.*not NaN/],
  [{ maxAge: Infinity }, /maxAge.*not Infinity/],
  [{ maxAge: 1e18 }, /cookie\.maxAge must .*not the number 1000000000000000000/],
  [{ maxAge: '3600000' }, /maxAge.*not the string "3600000"/],
  [{ maxAge: '1d' }, /maxAge.*not the string "1d"/],
  [{ maxAge: {} }, /maxAge.*not an object/],
  [{ maxAge: [1] }, /maxAge.*not an array/],
  [{ maxAge: true }, /maxAge.*not true/],
  [{ maxAge: () => 1000 }, /maxAge.*not a function/],
  [{ expires: '2030-01-01' }, /cookie\.expires must be a Date, not the string "2030-01-01"; write new Date/],
  [{ expires: -Infinity }, /cookie\.expires must be a Date, not -Infinity/],
  [{ expires: 1e18 }, /cookie\.expires must be a Date, not the number 1000000000000000000/],
  [{ expires: true }, /cookie\.expires must be a Date, not true/],
  [{ expires: {} }, /cookie\.expires must be a Date, not an object/],
  [{ path: 'app' }, /cookie\.path must .*not the string "app"; write "\/app"/],
  [{ path: 'https://example.com/app' }, /cookie\.path must .*write "\/"/],
  [{ path: './app' }, /cookie\.path must/],
  [{ path: '*' }, /cookie\.path must/],
  [{ path: ' /app' }, /cookie\.path must/],
  [{ path: 5 }, /cookie\.path must .*not the number 5/],
  [{ path: ['/app'] }, /cookie\.path must .*not an array/],
  [{ path: /app/ }, /cookie\.path must .*not an instance of RegExp/],
  [{ domain: 'https://example.com' }, /cookie\.domain must be a host name such as "example.com", not the string "https:\/\/example.com"/],
  [{ domain: 'example.com:3000' }, /cookie\.domain must/],
  [{ sameSite: 'sometimes' }, /cookie\.sameSite must be "lax", "strict", "none", "auto", true or false, not the string "sometimes"/],
  [{ sameSite: 'false' }, /cookie\.sameSite must/],
  [{ priority: 'urgent' }, /cookie\.priority must be "low", "medium" or "high"/],
  ['/', /cookie.*not the string "\/"/],
]

/** Values that express-session treats as no lifetime, no date and no path. */
const ACCEPTED_COOKIES: readonly unknown[] = [
  { maxAge: 0 },
  { maxAge: null },
  { maxAge: undefined },
  { maxAge: 8.64e10 },
  { expires: new Date(0) },
  { expires: null },
  { expires: false },
  { expires: 0 },
  { expires: 3_600_000 },
  { expires: 1893456000000 },
  { path: '' },
  { path: undefined },
  { path: '/app' },
]

onEachHost('options: mistakes in the cookie', host => {
  for (const [cookie, message] of REFUSED_COOKIES) {
    it(`${said(cookie)} is a TypeError at setup`, () => {
      expect(() => host.start({ cookie: cookie as never })).to.throw(TypeError, message)
    })
  }

  for (const cookie of ACCEPTED_COOKIES) {
    it(`${said(cookie)} is accepted`, () => {
      expect(() => host.start({ cookie: cookie as never })).to.not.throw()
    })
  }
})

/** Only on Connect. */
describe('options: mistakes in the cookie of a function', () => {
  for (const [cookie, message] of [
    [{ maxAge: NaN }, /cookie\.maxAge/],
    [{ expires: '2030-01-01' }, /cookie\.expires/],
    [{ expires: NaN }, /cookie\.expires must be a Date, not NaN/],
    [{ path: 'app' }, /cookie\.path/],
    [{ domain: 'example.com:3000' }, /cookie\.domain must be a host name such as "example.com", not the string "example.com:3000"/],
    [{ sameSite: 'sometimes' }, /cookie\.sameSite must/],
    [{ priority: 'urgent' }, /cookie\.priority must/],
    ['/', /argument options must be a object/],
  ] as Refused[]) {
    for (const [how, give] of Object.entries({ returns: () => cookie, promises: async () => cookie })) {
      it(`${said(cookie)} is an error for next if the function ${how} it, and nothing is stored`, async () => {
        const store = new session.MemoryStore()
        const site = new Site({ store, saveUninitialized: true, cookie: give as never }, (_, res) => res.end())
        expect((await site.get()).status).to.equal(500)
        expect(site.errors).to.have.length(1)
        expect(site.errors[0]).to.be.instanceOf(TypeError)
        expect(site.errors[0]?.message).to.match(message)
        expect(store.sessions).to.deep.equal({})
      })
    }
  }
})

describe('options: attributes from a function', () => {
  it('are checked again if they change', async () => {
    const results = [
      { sameSite: 'lax' },
      { sameSite: 'lax' },
      { sameSite: 'sometimes' },
      { sameSite: 'sometimes' },
      { sameSite: 'auto', secure: 'auto' },
    ]
    const site = new Site({ cookie: () => results.shift() as never }, countVisits)
    const statuses: number[] = []
    while (results.length > 0) statuses.push((await site.get()).status)
    expect(statuses).to.deep.equal([200, 200, 500, 500, 200])
  })

  it('are checked again if the app changes the object that it returned', async () => {
    const shared: { domain?: string } = {}
    const site = new Site({ cookie: () => shared }, countVisits)
    expect((await site.get()).status).to.equal(200)
    shared.domain = 'example.com:3000'
    expect((await site.get()).status).to.equal(500)
  })
})

describe('options: attributes from a function are examined', () => {
  const published = useDiagnostics('resession:option-mistake')
  const reasons = (): unknown[] => published.map(([, message]) => (message as { reason: string }).reason)

  for (const [cookie, reason] of [
    [{ samesite: 'lax' }, 'unknown-option'],
    [{ httpOnly: 'false' }, 'boolean-option'],
    [{ expires: 3_600_000 }, 'number-in-expires'],
  ] as const) {
    it(`${said(cookie)} is reported as ${reason}, at the first request`, async () => {
      const site = new Site({ name: 'sid', cookie: (() => cookie) as never }, countVisits)
      expect(reasons()).to.deep.equal([])
      for (let visit = 0; visit < 3; visit++) expect((await site.get()).status).to.equal(200)
      expect(reasons()).to.deep.equal([reason])
    })
  }

  it('a mistake that some requests have is reported too', async () => {
    const cookie = (req: Req): object => (req.url === '/admin' ? { sameSite: 'strict', htponly: true } : { sameSite: 'lax' })
    const site = new Site({ name: 'sid', cookie: cookie as never }, countVisits)
    await site.get()
    expect(reasons()).to.deep.equal([])
    await site.get('/admin')
    expect(reasons()).to.deep.equal(['unknown-option'])
  })
})

describe('options: a wrong store', () => {
  const client = createClient()
  const ioredis = new Redis({ lazyConnect: true })

  const REFUSED: Record<string, readonly [store: unknown, message: RegExp]> = {
    'the class RedisStore': [RedisStore, /the class RedisStore is not a store; write new RedisStore\(…\)/],
    'the class MemoryStore': [session.MemoryStore, /write new MemoryStore\(…\)/],
    'the class of connect-pg-simple': [simple(session as never), /write new \w+\(…\)/],
    'the function of connect-pg-simple': [simple, /a function is not a store; pass the store that it makes/],
    'the string redis': ['redis', /a string is not a store; write new RedisStore\(…\).*or "cookie"/],
    'a URL, whose password is not told': ['redis://:password@localhost', /^(?!.*password).*: a string is not a store/],
    'a promise': [Promise.resolve(new session.MemoryStore()), /a promise is not a store; write await before it/],
    'a client of node-redis': [client, /a Redis client is not a store; write new RedisStore\({ client }\)/],
    'a client of ioredis': [ioredis, /a Redis client is not a store/],
    'a pool of pg': [new Pool(), /an instance of BoundPool has no get, set, destroy/],
    'the module connect-redis': [connectRedis, /a module is not a store; write new RedisStore\(…\), which it exports/],
    'an array': [[new session.MemoryStore()], /an array has no get/],
    'the options of a store': [{ client }, /an object has no get, set, destroy/],
    'a Map': [new Map(), /an instance of Map has no destroy/],
    '5': [5, /a number has no get/],
    true: [true, /true has no get/],
  }
  for (const [what, [store, message]] of Object.entries(REFUSED)) {
    it(`${what} is a TypeError that says what to write`, () => {
      expect(() => session({ secret: 'x', store: store as never })).to.throw(TypeError, message)
    })
  }

  it('on Koa is a TypeError that says what to write', () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- beside the subject of the other tests
    const koa = require('../../lib/koa') as (options: object) => unknown
    for (const [what, [store, message]] of Object.entries(REFUSED)) {
      if (what === 'the function of connect-pg-simple' || what === 'a Map') continue
      expect(() => koa({ store }), what).to.throw(TypeError, message)
    }
  })
})

describe('options: a wrong store for resession/atomic', () => {
  const client = createClient()
  const ioredis = new Redis({ lazyConnect: true })
  const redis = (): RedisStore => new RedisStore({ client })
  const postgres = (): object => new (simple(session as never))({ pool: new Pool() })

  const REFUSED: Record<string, readonly [act: () => unknown, message: RegExp]> = {
    'atomicRedis(client)': [() => atomicRedis(client as never), /not a Redis client; write atomicRedis\(new RedisStore\({ client }\)\)/],
    'atomicRedis(ioredis)': [() => atomicRedis(ioredis as never), /not a Redis client/],
    'atomicRedis(RedisStore)': [() => atomicRedis(RedisStore as never), /not the class RedisStore/],
    'atomicRedis()': [() => (atomicRedis as () => unknown)(), /not undefined/],
    "atomicRedis('redis://localhost')": [() => atomicRedis('redis://localhost' as never), /not a string; write/],
    'atomicRedis({ client })': [() => atomicRedis({ client } as never), /not an object/],
    'atomicRedis(new MemoryStore())': [() => atomicRedis(new session.MemoryStore()), /RedisStore.*not an instance of MemoryStore/],
    'atomicRedis twice': [() => atomicRedis(atomicRedis(redis())), /atomicRedis was applied to this store before; apply it once/],
    'atomicPostgres(pool)': [() => atomicPostgres(new Pool() as never), /PGStore.*not an instance of BoundPool; write atomicPostgres\(/],
    'atomicPostgres twice': [() => atomicPostgres(atomicPostgres(postgres() as never)), /atomicPostgres was applied to this store before/],
    'atomicMysql({ query })': [() => atomicMysql({ query() {} } as never), /MySQLStore.*not an object; write atomicMysql\(/],
    'atomicMysql(null)': [() => atomicMysql(null as never), /not null/],
  }
  for (const [what, [act, message]] of Object.entries(REFUSED)) {
    it(`${what} is a TypeError that says what to write`, () => {
      expect(act).to.throw(TypeError, message)
    })
  }
})

type Row = readonly [options: object, code: WarningCode, ...messages: RegExp[]]

/** Mistakes that express-session accepts. */
const WARNED: readonly Row[] = [
  [{ resave: 'false' }, 'RESESSION_BOOLEAN_OPTION', /resave is the string "false", which counts as true; write resave: false/],
  [{ resave: '0' }, 'RESESSION_BOOLEAN_OPTION', /resave is the string "0", which counts as true; write resave: false/],
  [{ saveUninitialized: 'true' }, 'RESESSION_BOOLEAN_OPTION', /saveUninitialized is the string "true".*write saveUninitialized: true/],
  [{ rolling: '' }, 'RESESSION_BOOLEAN_OPTION', /rolling is the string "", which counts as false/],
  [{ rolling: 'maybe' }, 'RESESSION_BOOLEAN_OPTION', /rolling.*write rolling: true or false/],
  [{ proxy: 'true' }, 'RESESSION_BOOLEAN_OPTION', /proxy is the string "true", which is ignored; write proxy: true/],
  [{ proxy: 1 }, 'RESESSION_BOOLEAN_OPTION', /proxy is the number 1, which is ignored; write proxy: true$/],
  [{ proxy: 0 }, 'RESESSION_BOOLEAN_OPTION', /proxy is the number 0, which is ignored; write proxy: false$/],
  [{ proxy: 2 }, 'RESESSION_BOOLEAN_OPTION', /proxy is the number 2.*write proxy: true, or app\.set\('trust proxy', …\) in its place$/],
  [
    { proxy: ['loopback'] },
    'RESESSION_BOOLEAN_OPTION',
    /proxy is an array, which is ignored; write proxy: true, or app\.set\('trust proxy', …\)/,
  ],
  [{ proxy: () => true }, 'RESESSION_BOOLEAN_OPTION', /proxy is a function, which is ignored/],
  [
    { cookie: { secure: 'false' } },
    'RESESSION_BOOLEAN_OPTION',
    /cookie\.secure is the string "false", which counts as true; write cookie\.secure: false/,
  ],
  [
    { cookie: { expires: 3_600_000 } },
    'RESESSION_NUMBER_IN_EXPIRES',
    /cookie\.expires is the number 3600000, which counts as maxAge; write maxAge: 3600000$/,
  ],
  [{ cookie: { expires: 1893456000000 } }, 'RESESSION_NUMBER_IN_EXPIRES', /write expires: new Date\(1893456000000\)$/],
  [{ cookie: { secure: 'AUTO' } }, 'RESESSION_BOOLEAN_OPTION', /cookie\.secure.*write cookie\.secure: true, false or "auto"/],
  [{ cookie: { httpOnly: 'false' } }, 'RESESSION_BOOLEAN_OPTION', /cookie\.httpOnly is the string "false"/],
  [{ cookie: { secure: true, partitioned: 'no' } }, 'RESESSION_BOOLEAN_OPTION', /cookie\.partitioned.*write cookie\.partitioned: false/],
  [{ name: '__Host-id', cookie: { secure: true, domain: 'example.com' } }, 'RESESSION_DROPPED_COOKIE', /__Host-id.*no domain/],
  [{ name: '__Host-id', cookie: { secure: true, path: '/app' } }, 'RESESSION_DROPPED_COOKIE', /__Host-id.*path: "\/"/],
  [{ name: '__Host-id', cookie: { secure: true, path: '' } }, 'RESESSION_DROPPED_COOKIE', /__Host-id.*path: "\/"/],
  [{ name: '__Host-id' }, 'RESESSION_DROPPED_COOKIE', /__Host-id.*secure: true/],
  [{ name: '__host-id', cookie: { secure: false } }, 'RESESSION_DROPPED_COOKIE', /__host-id.*secure: true/],
  [{ name: '__Secure-id' }, 'RESESSION_DROPPED_COOKIE', /__Secure-id.*secure: true/],
  [{ name: '__Http-id', cookie: { secure: true, httpOnly: false } }, 'RESESSION_DROPPED_COOKIE', /__Http-id.*httpOnly: true/],
  [{ cookie: { sameSite: 'none' } }, 'RESESSION_DROPPED_COOKIE', /sameSite: "none" needs secure: true/],
  [{ cookie: { sameSite: 'None', secure: false } }, 'RESESSION_DROPPED_COOKIE', /sameSite: "None" needs secure: true/],
  [{ cookie: { sameSite: 'auto' } }, 'RESESSION_DROPPED_COOKIE', /sameSite: "auto" needs secure: true/],
  [{ cookie: { partitioned: true } }, 'RESESSION_DROPPED_COOKIE', /partitioned needs secure: true/],
  [{ rollling: true }, 'RESESSION_UNKNOWN_OPTION', /option rollling is unknown and ignored; write rolling$/],
  [{ saveUnitialized: false }, 'RESESSION_UNKNOWN_OPTION', /write saveUninitialized$/],
  [{ saveuninitialized: false }, 'RESESSION_UNKNOWN_OPTION', /write saveUninitialized$/],
  [{ save_uninitialized: false }, 'RESESSION_UNKNOWN_OPTION', /write saveUninitialized$/],
  [{ genId: () => 'a' }, 'RESESSION_UNKNOWN_OPTION', /write genid$/],
  [{ sessionTimeout: 60_000 }, 'RESESSION_UNKNOWN_OPTION', /write cookie\.maxAge, or idleTimeout$/],
  [{ sessionName: 'sid' }, 'RESESSION_UNKNOWN_OPTION', /write name$/],
  [{ cookies: {} }, 'RESESSION_UNKNOWN_OPTION', /write cookie$/],
  [{ storetimeout: 5 }, 'RESESSION_UNKNOWN_OPTION', /write storeTimeout$/],
  [{ cookie: { samesite: 'lax' } }, 'RESESSION_UNKNOWN_OPTION', /option cookie\.samesite is unknown and ignored; write cookie\.sameSite$/],
  [
    { cookie: { maxAge: 3600 } },
    'RESESSION_SHORT_LIFETIME',
    /cookie\.maxAge is 3600 milliseconds; write 3600 \* 1000 if you mean seconds$/,
  ],
  [{ cookie: { maxAge: 1 } }, 'RESESSION_SHORT_LIFETIME', /cookie\.maxAge is 1 milliseconds/],
  [{ cookie: { maxAge: 9999 } }, 'RESESSION_SHORT_LIFETIME', /cookie\.maxAge is 9999 milliseconds/],
  [{ cookie: { maxage: 5 } }, 'RESESSION_UNKNOWN_OPTION', /write cookie\.maxAge$/],
  [{ cookie: { 'max-age': 5 } }, 'RESESSION_UNKNOWN_OPTION', /write cookie\.maxAge$/],
  [{ cookie: { httponly: true } }, 'RESESSION_UNKNOWN_OPTION', /write cookie\.httpOnly$/],
  [{ cookie: { ttl: 5 } }, 'RESESSION_UNKNOWN_OPTION', /write cookie\.maxAge/],
  [{ cookie: { NAME: 'sid' } }, 'RESESSION_UNKNOWN_OPTION', /write name, which is no part of cookie$/],
  [{ cookie: { name: 'sid' } }, 'RESESSION_UNKNOWN_OPTION', /write name, which is no part of cookie$/],
  [{ rollling: true, cookie: { samesite: 'lax', secure: 'false' } }, 'RESESSION_UNKNOWN_OPTION', /rollling/, /samesite/, /cookie\.secure/],
]

const WARNED_BY: Record<Host['framework'], readonly Row[]> = {
  Connect: [
    [{ samesite: 'lax' }, 'RESESSION_UNKNOWN_OPTION', /option samesite is unknown and ignored; write cookie\.sameSite$/],
    [{ maxage: 5 }, 'RESESSION_UNKNOWN_OPTION', /write cookie\.maxAge$/],
    [{ maxAge: 5 }, 'RESESSION_UNKNOWN_OPTION', /option maxAge is unknown and ignored; write cookie\.maxAge$/],
    [{ httpOnly: true }, 'RESESSION_UNKNOWN_OPTION', /write cookie\.httpOnly$/],
    // Two letters from secret
    [{ secure: true }, 'RESESSION_UNKNOWN_OPTION', /write cookie\.secure$/],
    [{ secured: true }, 'RESESSION_UNKNOWN_OPTION', /write cookie\.secure$/],
    [{ ttl: 5 }, 'RESESSION_UNKNOWN_OPTION', /option ttl is unknown and ignored; write cookie\.maxAge/],
    [{ secrets: 'x' }, 'RESESSION_UNKNOWN_OPTION', /write secret$/],
    [{ trustProxy: true }, 'RESESSION_UNKNOWN_OPTION', /write proxy$/],
    [{ cookieName: 'sid' }, 'RESESSION_UNKNOWN_OPTION', /write name$/],
  ],
  Koa: [
    [{ secret: 'x' }, 'RESESSION_UNKNOWN_OPTION', /option secret is unknown and ignored; write app\.keys$/],
    [{ beforesave: () => {} }, 'RESESSION_UNKNOWN_OPTION', /write beforeSave$/],
    [{ renew: 'false' }, 'RESESSION_BOOLEAN_OPTION', /renew is the string "false"/],
    [{ cookie: { signed: 'false' } }, 'RESESSION_BOOLEAN_OPTION', /cookie\.signed is the string "false"/],
    [{ cookie: { overwrite: 'false' } }, 'RESESSION_BOOLEAN_OPTION', /cookie\.overwrite is the string "false"/],
  ],
}

/** Correct options, or options that only look like mistakes. */
const SILENT: readonly object[] = [
  {},
  // As Sails and Midway pass them on
  { adapter: 'memory', isSessionDisabled: () => false, handleConstructingSessionStore: () => {} },
  { enable: true, cookie: { somethingElse: 1 } },
  { resave: undefined, whatever: undefined },
  { rolling: 0, saveUninitialized: 1 },
  { proxy: null },
  { cookie: { maxAge: 0 } },
  { cookie: { maxAge: -1 } },
  { cookie: { secure: 'auto', sameSite: 'none', partitioned: true } },
  { cookie: { secure: true, sameSite: 'none' } },
  { cookie: { secure: 'auto', sameSite: 'auto' } },
  { name: '__Host-id', cookie: { secure: true, path: '/' } },
  { name: '__Host-id', cookie: { secure: 'auto' } },
  { name: '__Secure-id', cookie: { secure: true, domain: 'example.com', path: '/app' } },
  { name: 'sid__Host-', cookie: {} },
  { cookie: { sameSite: 'lax', maxAge: 10_000, httpOnly: true, priority: 'high', domain: 'example.com', signed: true } },
  { cookie: new session.Cookie({ maxAge: 60_000 }) },
  { cookie: { ...new session.Cookie({ maxAge: 60_000 }) } },
  { key: 'sid', storeTimeout: 5, concurrency: 'auto', touchAfter: 5, awaitTouch: true, genid: () => 'a' },
]

const NAMES = { Connect: CONNECT_NAMES, Koa: KOA_NAMES } as const

/** Options that Koa spells differently, or does not have. */
const isOf = (framework: Host['framework'], options: object): boolean =>
  framework === 'Connect' || !['resave', 'proxy', 'genId'].some(name => name in options)

for (const framework of ['Connect', 'Koa'] as const) {
  const warnings = (options: object): ReturnType<typeof warningsOf> =>
    warningsOf(options, String((options as { name?: string }).name ?? 'connect.sid'), NAMES[framework])

  describe(`options: warnings of mistakes that are accepted, on ${framework}`, () => {
    const rows = [...WARNED, ...WARNED_BY[framework]].filter(([options]) => isOf(framework, options))
    for (const [options, code, ...messages] of rows) {
      it(`${said(options)} is reported as ${code}`, () => {
        const found = warnings(options)
        expect(found.map(({ message }) => message)).to.have.length(messages.length)
        for (const [at, message] of messages.entries()) expect(found[at]?.message).to.match(message)
        expect(found[0]?.code).to.equal(code)
      })
    }

    for (const options of SILENT.filter(options => isOf(framework, options))) {
      it(`${said(options)} is not reported`, () => {
        expect(warnings(options)).to.deep.equal([])
      })
    }
  })
}

interface Warning extends Error {
  code?: string
}

let count = 0

onEachHost('options: warnings of mistakes that are accepted', host => {
  /** Each test has mistakes of its own, because one is reported once in a process. */
  const mistake = (): Partial<SessionOptions> => ({ [`rolling_${count++}`]: true, store: new session.MemoryStore({ max: 10 }) }) as never

  async function heard(environment: string | undefined, act: () => void): Promise<Warning[]> {
    const { NODE_ENV } = process.env
    const warnings: Warning[] = []
    const listen = (warning: Warning): void => void (warning.name === 'ResessionWarning' && warnings.push(warning))
    process.on('warning', listen)
    try {
      if (environment === undefined) delete process.env.NODE_ENV
      else process.env.NODE_ENV = environment
      act()
      // Warnings are emitted in a later tick
      await new Promise(resolve => setImmediate(resolve))
    } finally {
      process.off('warning', listen)
      process.env.NODE_ENV = NODE_ENV
    }
    return warnings
  }

  for (const environment of [undefined, 'development', 'production']) {
    it(`are emitted once in a process, with NODE_ENV ${environment ?? 'unset'}`, async () => {
      const options = mistake()
      const warnings = await heard(environment, () => {
        host.start(options)
        host.start(options)
      })
      expect(warnings.map(({ code }) => code)).to.deep.equal(['RESESSION_UNKNOWN_OPTION'])
      expect(warnings[0]?.message).to.contain(Object.keys(options)[0])
      expect(await heard(environment, () => host.start(options))).to.deep.equal([])
    })
  }

  it('are not emitted with NODE_ENV test', async () => {
    expect(await heard('test', () => host.start(mistake()))).to.deep.equal([])
  })

  it('do not change the options, which work as in express-session', async () => {
    expect(() => host.start({ ...mistake(), rolling: 'false' as never, cookie: { sameSite: 'none' } })).to.not.throw()
  })
})
