import { expect } from 'chai'
import { inspect } from 'node:util'
import { cookieNames, lines } from '../support/browser'
import { useClock } from '../support/clock'
import { count } from '../support/handlers'
import type { Host } from '../support/host'
import { onEachHost, onEachKoa } from '../support/hosts'
import { setCookie, Site, siteOn } from '../support/site'
import { session, type CookieOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const HOUR = 3_600_000

type Row = readonly [cookie: CookieOptions, attributes: string]

/** As express-session writes them. */
const ACCEPTED: readonly Row[] = [
  [{}, 'Path=/; HttpOnly'],
  [{ path: '/' }, 'Path=/; HttpOnly'],
  [{ domain: 'example.com' }, 'Domain=example.com; Path=/; HttpOnly'],
  [{ httpOnly: false }, 'Path=/'],
  [{ maxAge: HOUR }, 'Path=/; Expires=Thu, 01 Jan 2026 01:00:00 GMT; HttpOnly'],
  [{ maxAge: 0 }, 'Path=/; Expires=Thu, 01 Jan 2026 00:00:00 GMT; HttpOnly'],
  [{ maxAge: null }, 'Path=/; HttpOnly'],
  [{ expires: new Date(Date.UTC(2027, 1, 3)) }, 'Path=/; Expires=Wed, 03 Feb 2027 00:00:00 GMT; HttpOnly'],
  [{ expires: HOUR as never }, 'Path=/; Expires=Thu, 01 Jan 2026 01:00:00 GMT; HttpOnly'],
  [{ maxAge: 5, expires: HOUR as never }, 'Path=/; Expires=Thu, 01 Jan 2026 01:00:00 GMT; HttpOnly'],
  [{ expires: 5 as never, maxAge: HOUR }, 'Path=/; Expires=Thu, 01 Jan 2026 01:00:00 GMT; HttpOnly'],
  [{ partitioned: true }, 'Path=/; HttpOnly; Partitioned'],
  [{ priority: 'low' }, 'Path=/; HttpOnly; Priority=Low'],
  [{ priority: 'medium' }, 'Path=/; HttpOnly; Priority=Medium'],
  [{ priority: 'high' }, 'Path=/; HttpOnly; Priority=High'],
  [{ sameSite: true }, 'Path=/; HttpOnly; SameSite=Strict'],
  [{ sameSite: 'strict' }, 'Path=/; HttpOnly; SameSite=Strict'],
  [{ sameSite: 'lax' }, 'Path=/; HttpOnly; SameSite=Lax'],
  [{ sameSite: 'none' }, 'Path=/; HttpOnly; SameSite=None'],
  [{ sameSite: false }, 'Path=/; HttpOnly'],
  [{ sameSite: 'auto' }, 'Path=/; HttpOnly; SameSite=Lax'],
  [{ secure: 'auto' }, 'Path=/; HttpOnly'],
  [{ secure: false }, 'Path=/; HttpOnly'],
  [
    { domain: 'example.com', maxAge: HOUR, sameSite: 'lax' },
    'Domain=example.com; Path=/; Expires=Thu, 01 Jan 2026 01:00:00 GMT; HttpOnly; SameSite=Lax',
  ],
]

/** An undefined attribute is omitted on Connect, as in express-session. On Koa it has its default. */
const ACCEPTED_BY: Record<Host['framework'], readonly Row[]> = {
  Connect: [[{ httpOnly: undefined }, 'Path=/']],
  Koa: [
    [{ httpOnly: undefined }, 'Path=/; HttpOnly'],
    [{ maxAge: 'session' as never }, 'Path=/; HttpOnly'],
  ],
}

/** Koa sets `secure` on HTTPS by default. */
const ON_HTTPS: Record<Host['framework'], readonly Row[]> = {
  Connect: [
    [{}, 'Path=/; HttpOnly'],
    [{ sameSite: 'auto' }, 'Path=/; HttpOnly; SameSite=None'],
  ],
  Koa: [
    [{}, 'Path=/; HttpOnly; Secure'],
    [{ sameSite: 'auto' }, 'Path=/; HttpOnly; Secure; SameSite=None'],
    [{ secure: undefined }, 'Path=/; HttpOnly; Secure'],
  ],
}
const ON_EACH_HTTPS: readonly Row[] = [
  [{ secure: true }, 'Path=/; HttpOnly; Secure'],
  [{ secure: 'auto' }, 'Path=/; HttpOnly; Secure'],
  [{ secure: false }, 'Path=/; HttpOnly'],
  [{ secure: 'auto', sameSite: 'auto' }, 'Path=/; HttpOnly; Secure; SameSite=None'],
  [{ secure: true, sameSite: 'none', partitioned: true }, 'Path=/; HttpOnly; Secure; Partitioned; SameSite=None'],
]

type Refusal = readonly [cookie: unknown, message: string]

const REFUSED: readonly Refusal[] = [
  [{ domain: 'a;b' }, 'option domain is invalid'],
  [{ path: 'a;b' }, 'option path is invalid'],
  [{ path: '/a;b' }, 'option path is invalid'],
  [{ path: '/\n' }, 'option path is invalid'],
  [{ priority: 'urgent' }, 'option priority is invalid'],
  [{ sameSite: 'sometimes' }, 'option sameSite is invalid'],
]
/** express-session accepts any number for maxAge, and a function. */
const REFUSED_BY: Record<Host['framework'], readonly Refusal[]> = {
  Connect: [
    ['/', 'argument options must be a object'],
    [{ maxAge: '60000' }, 'maxAge must be a number or Date'],
  ],
  Koa: ['/', 5, () => ({}), ...['1d', '60000', -1, NaN, Infinity].map(maxAge => ({ maxAge }))].map(cookie => [
    cookie,
    'cookie option must have attributes, and a maxAge that is a number, null or "session"',
  ]),
}

const said = (cookie: unknown): string => inspect(cookie, { breakLength: Infinity })

onEachHost('options: cookie attributes', host => {
  useClock()

  /** The attributes of each cookie in the first response to a client, behind a proxy with HTTPS. */
  async function attributes(cookie: CookieOptions, proxy: boolean): Promise<string[]> {
    const res = await siteOn(host, { cookie, proxy }, count).get().set('X-Forwarded-Proto', 'https')
    return lines(res).map(line => line.replace(/^[^;]*; /, ''))
  }

  /** Koa's signature has the same attributes. */
  const onEachCookie = (line: string): string[] => host.cookieNames('sid').map(() => line)

  for (const [cookie, written] of [...ACCEPTED, ...ACCEPTED_BY[host.framework]]) {
    const line = host.attributes(written)
    it(`${said(cookie)} sets ${line}`, async () => {
      // The proxy is not trusted: this is plain HTTP
      expect(await attributes(cookie, false)).to.deep.equal(onEachCookie(line))
    })
  }

  for (const [cookie, written] of [...ON_EACH_HTTPS, ...ON_HTTPS[host.framework]]) {
    const line = host.attributes(written)
    it(`${said(cookie)} sets ${line} over HTTPS`, async () => {
      expect(await attributes(cookie, true)).to.deep.equal(onEachCookie(line))
    })
  }

  for (const [cookie, message] of [...REFUSED, ...REFUSED_BY[host.framework]]) {
    it(`refuses ${typeof cookie === 'function' ? 'a function' : said(cookie)}`, () => {
      expect(() => host.start({ cookie: cookie as never })).to.throw(TypeError, message)
    })
  }
})

/** Only on Connect. */
describe('options: cookie attributes', () => {
  it('secure: true saves the session over plain HTTP, and does not set the cookie', async () => {
    const store = new session.MemoryStore()
    const site = new Site({ cookie: { secure: true }, store }, count)
    expect(setCookie(await site.get())).to.equal(undefined)
    expect(Object.keys(store.sessions)).to.have.length(1)
  })

  it('a number in expires is a lifetime, also from a function, and touches start it again', async () => {
    for (const give of [
      { expires: HOUR },
      Object.create({ expires: HOUR }) as object,
      () => ({ expires: HOUR }),
      async () => ({ expires: HOUR }),
    ]) {
      const store = new session.MemoryStore()
      const site = new Site({ cookie: give as never, store }, count)
      await site.get()
      await site.get()
      const [record] = Object.values(store.sessions as Record<string, string>)
      expect(JSON.parse(record as string)).to.have.nested.property('cookie.originalMaxAge', HOUR)
    }
  })

  it('an invalid date in expires is an error for next, and the response is sent', async () => {
    const site = new Site({ cookie: { expires: new Date(NaN) } }, count)
    const res = await site.get()
    expect(res.status).to.equal(200)
    expect(setCookie(res)).to.equal(undefined)
    await new Promise(resolve => setImmediate(resolve))
    expect(site.errors.map(err => err.message)).to.deep.equal(['option expires is invalid'])
  })
})

onEachKoa('options: cookie attributes', host => {
  it('secure: true is an error of the request over plain HTTP, and nothing is stored', async () => {
    const store = new TracingStore()
    const site = siteOn(host, { store, cookie: { secure: true } }, count)
    const res = await site.get()
    expect([res.status, cookieNames(res), store.trace()]).to.deep.equal([500, [], []])
    expect(site.errors.map(err => err.message)).to.deep.equal(['Cannot send secure cookie over unencrypted connection'])
  })
})
