import { createHash } from 'node:crypto'
import type { Reason } from '../../lib/core/diagnostics/diagnose'
import type { WarningCode } from '../../lib/core/diagnostics/diagnose'
import type { Host } from '../support/host'
import { EngineStore } from '../support/engine-store'
import { count, data } from '../support/handlers'
import { sessionsOn } from '../support/sessions-of'
import { siteOn, type Handler } from '../support/site'
import type { SessionData, SessionOptions } from '../support/subject'

type Options = Partial<SessionOptions>

/** A mistake, and the same without the mistake. */
export interface Situation {
  readonly title: string
  readonly reason: Reason
  readonly code: WarningCode
  readonly channel: string
  /** The error in the message. */
  readonly error?: Error
  /** The text of the warning, apart from the name of the cookie. */
  readonly says: RegExp
  /** @param options of each middleware */
  wrong(host: Host, options: Options & { name: string }): Promise<unknown>
  right(host: Host, options: Options & { name: string }): Promise<unknown>
}

const HTTPS = { 'X-Forwarded-Proto': 'https' }

/** Changes the session, and gives it a new ID at /login. */
const loginOrCount: Handler = (req, res) => (req.url === '/login' ? req.session.regenerate(() => count(req, res)) : count(req, res))

async function visit(host: Host, options: Options, headers: Record<string, string> = {}, times = 2): Promise<void> {
  const visitor = siteOn(host, options, count).visitor()
  for (let visits = 0; visits < times; visits++) await visitor.get('/', headers)
}

/** Sends a request to a site with the cookie that another site, with the same name and these options, has set. */
async function visitWithCookieOf(host: Host, other: Options, options: Options): Promise<void> {
  const first = siteOn(host, other, count).visitor()
  await first.get()
  await siteOn(host, options, count).visitor().get('/', { Cookie: first.cookie })
}

async function logIn(host: Host, options: Options, clients: number): Promise<void> {
  const site = siteOn(host, options, loginOrCount)
  const visitors = Array.from({ length: clients }, () => site.visitor())
  for (const visitor of visitors) await visitor.get()
  await site.visitor().get('/login', { Cookie: visitors.map(({ cookie }) => cookie).join('; ') })
}

const HOUR = 3_600_000

/** Lists the sessions of a user whose registry is in the store. */
async function listOnce(host: Host, options: Options, registry: object): Promise<void> {
  const store = new EngineStore({ touch: 'ttl', expires: true })
  const text = JSON.stringify({ cookie: { originalMaxAge: null }, '~u': registry })
  store.rows.set(`u!${createHash('sha256').update('ada').digest('base64url')}`, { text, end: Infinity })
  await sessionsOn(host, { ...options, store: store.asStore, userId: () => 'ada' }).list('ada')
}
const BOOM = new Error('boom')

/** A store that keeps only known keys. */
class ColumnStore extends EngineStore {
  override set(id: string, data: SessionData, done: (err?: unknown) => void): void {
    const { cookie, views } = data as SessionData & { views?: number }
    super.set(id, { cookie, views } as never, done)
  }
}

const ENGINE = { touch: 'ttl', expires: true } as const

async function visitWithOwnKey(host: Host, options: Options, key: string): Promise<void> {
  const visitor = siteOn(host, options, (req, res) => ((data(req)[key] = 'mine'), res.end())).visitor()
  for (let visits = 0; visits < 2; visits++) await visitor.get()
}

/** The situations that are the same on all hosts. */
export const SITUATIONS: readonly Situation[] = [
  {
    title: 'a Secure cookie on a connection that counts as insecure',
    reason: 'insecure-connection',
    code: 'RESESSION_COOKIE_WITHHELD',
    channel: 'resession:cookie-withheld',
    says: /was not sent: cookie\.secure is true, but .* plain HTTP, although X-Forwarded-Proto is "https"/,
    wrong: (host, options) => visit(host, { ...options, cookie: { secure: true } }, HTTPS),
    right: (host, options) => visit(host, { ...options, cookie: { secure: true }, proxy: true }, HTTPS),
  },
  {
    title: 'a Secure cookie over http',
    reason: 'insecure-connection',
    code: 'RESESSION_COOKIE_WITHHELD',
    channel: 'resession:cookie-withheld',
    says: /there is no X-Forwarded-Proto header\)\. Use HTTPS\. .* write secure: "auto"/,
    wrong: (host, options) => visit(host, { ...options, cookie: { secure: true } }),
    right: (host, options) => visit(host, { ...options, cookie: { secure: 'auto' } }),
  },
  {
    title: 'a cookie without Secure, though the proxy says https',
    reason: 'not-secure',
    code: 'RESESSION_COOKIE_NOT_SECURE',
    channel: 'resession:cookie-exposed',
    says: /has no Secure attribute: cookie\.secure is "auto".*although X-Forwarded-Proto is "https"\. To trust the proxy, write/,
    wrong: (host, options) => visit(host, { ...options, cookie: { secure: 'auto' } }, HTTPS),
    right: (host, options) => visit(host, { ...options, cookie: { secure: 'auto' }, proxy: true }, HTTPS),
  },
  {
    title: 'SameSite=None without Secure',
    reason: 'same-site-none',
    code: 'RESESSION_DROPPED_COOKIE',
    channel: 'resession:cookie-dropped',
    says: /SameSite=None and without Secure; browsers drop it/,
    wrong: (host, options) => visit(host, { ...options, cookie: { secure: 'auto', sameSite: 'none' } }),
    right: (host, options) => visit(host, { ...options, cookie: { secure: 'auto', sameSite: 'none' }, proxy: true }, HTTPS),
  },
  {
    title: 'a cookie that is signed with another secret',
    reason: 'invalid-signature',
    code: 'RESESSION_COOKIE_REJECTED',
    channel: 'resession:cookie-rejected',
    says: /with an invalid signature.* the secret has changed/,
    wrong: (host, options) =>
      visitWithCookieOf(host, { ...options, secret: 'the old secret, long enough' }, { ...options, secret: 'the new secret, long enough' }),
    right: (host, options) =>
      visitWithCookieOf(
        host,
        { ...options, secret: 'the old secret, long enough' },
        { ...options, secret: ['the new secret, long enough', 'the old secret, long enough'] },
      ),
  },
  {
    title: 'a cookie without a signature',
    reason: 'no-signature',
    code: 'RESESSION_COOKIE_REJECTED',
    channel: 'resession:cookie-rejected',
    says: /without a signature.* choose another name/,
    wrong: (host, options) => visit(host, options, { Cookie: `${options.name}=abc` }, 1),
    right: (host, options) => visit(host, options, { Cookie: `other${options.name}=abc; ${options.name}=` }, 1),
  },
  {
    title: 'a cookie that is too large',
    reason: 'too-large',
    code: 'RESESSION_COOKIE_TOO_LARGE',
    channel: 'resession:cookie-dropped',
    says: /has [45]\d{3} bytes; browsers keep at most 4096/,
    wrong: (host, options) => visit(host, { ...options, genid: () => `${'x'.repeat(4500)}${Math.random()}` }, {}, 1),
    right: (host, options) => visit(host, { ...options, genid: () => `${'x'.repeat(3500)}${Math.random()}` }, {}, 1),
  },
  {
    title: 'a change in a request that only reads',
    reason: 'read-only',
    code: 'RESESSION_READ_ONLY',
    channel: 'resession:session-unsaved',
    says: /was dropped, because the option readOnly says/,
    wrong: (host, options) => visit(host, { ...options, readOnly: () => true }, {}, 1),
    right: (host, options) => visit(host, { ...options, readOnly: () => false }, {}, 1),
  },
  {
    title: 'a store that loses the reserved key',
    reason: 'key-lost',
    code: 'RESESSION_KEY_LOST',
    channel: 'resession:session-unlimited',
    says: /The store has lost the key "~" of the session .*absoluteTimeout has no effect/,
    wrong: (host, options) => visit(host, { ...options, store: new ColumnStore(ENGINE).asStore, absoluteTimeout: HOUR }),
    right: (host, options) => visit(host, { ...options, store: new EngineStore(ENGINE).asStore, absoluteTimeout: HOUR }),
  },
  {
    title: 'data of the app under the reserved key',
    reason: 'key-taken',
    code: 'RESESSION_KEY_TAKEN',
    channel: 'resession:session-unlimited',
    says: /has data of the app under the key "~".* Give the data another name/,
    wrong: (host, options) => visitWithOwnKey(host, { ...options, idleTimeout: HOUR }, '~'),
    right: (host, options) => visitWithOwnKey(host, { ...options, idleTimeout: HOUR }, 'own'),
  },
  {
    title: 'a list of sessions that is damaged in the store',
    reason: 'registry-corrupt',
    code: 'RESESSION_REGISTRY_CORRUPT',
    channel: 'resession:registry-corrupt',
    says: /The list of a user's sessions of .* was damaged in the store, and has been rebuilt/,
    wrong: (host, options) => listOnce(host, options, { s: 'text' }),
    right: (host, options) => listOnce(host, options, { s: [] }),
  },
  {
    title: 'a listener that fails',
    reason: 'listener-failed',
    code: 'RESESSION_LISTENER_FAILED',
    channel: 'resession:listener-failed',
    error: BOOM,
    says: /The listener on\.created of the session .* has failed: Error: boom\. The session is not affected/,
    wrong: (host, options) => visit(host, { ...options, on: { created: () => Promise.reject(BOOM) } }, {}, 1),
    right: (host, options) => visit(host, { ...options, on: { created: () => Promise.resolve() } }, {}, 1),
  },
  {
    title: 'several cookies of the name at a login',
    reason: 'several-cookies',
    code: 'RESESSION_SEVERAL_COOKIES',
    channel: 'resession:cookie-repeated',
    says: /sent several cookies with the name/,
    wrong: (host, options) => logIn(host, options, 2),
    right: (host, options) => logIn(host, options, 1),
  },
]
