import { isPromise } from '../../primitives/callbacks'
import type { Cookie, CookieOptions } from '../record/cookie'
import { settleCookie } from './cookie-checks'
import type { Host, Session } from '../session/session'
import type { CookieBackedStore, SessionStore } from '../store/contract'
import { describeType } from '../../primitives/describe-value'
import { optionError } from '../errors/option-errors'
import { validSecrets, type AnySecret, type Secret, checked, listOf, checkSecrets } from '../../primitives/secrets'
import type { Concurrency, OnStoreError, Options, PerHost } from './options'
import { SessionEvents } from '../diagnostics/session-events'
import { PathWatch } from '../diagnostics/path-watch'
import { CONNECT, type Policy } from './policy'
import type { SessionData } from '../record/session-data'
import { newId } from '../session/session-id'
import { checkHashIds, strong } from './hash-ids'
import { withoutRegistries } from './request-options'
import { clientFor } from '../store/store-clients'
import { checkStore } from '../store/store-check'
import type { StoreClient } from '../store/store-client'
import { settleLimits, settleTouches, type LifetimeSettings } from './lifetime-options'
import { settleListeners } from './listeners'
import { settleRequests, type RequestSettings } from './request-options'
import type { TouchThrottle } from './touch-throttle'

/** The checked options with all defaults and without aliases. Later code never reads the app's options. */
export interface Settings extends Policy, RequestSettings {
  readonly name: string
  /** Whether warnings are printed. */
  readonly diagnostics: boolean
  /** Detects that no request has the cookie's path. */
  readonly paths: PathWatch
  /** Tells of created, renewed and ended sessions. */
  readonly events: SessionEvents
  readonly store: SessionStore
  /** The store of a single request whose session is in the cookie. */
  readonly cookieStore: CookieBackedStore | undefined
  readonly storeClient: StoreClient
  /** Whether the store has not emitted `disconnect`. */
  readonly isReady: () => boolean
  readonly genid: PerHost<Host, string>
  readonly cookieOptions: PerHost<Host, CookieOptions>
  readonly concurrency: Concurrency
  /** What to do if the store fails; undefined means as express-session. */
  readonly onStoreError: OnStoreError<Host> | undefined
  readonly saveErrors: 'report' | 'fail'
  /** Skips touches, with `touchAfter`. */
  readonly touches: TouchThrottle | undefined
  readonly awaitTouch: boolean
  /** How sessions end on the server, if there are limits. */
  readonly lifetime: LifetimeSettings | undefined
  /** Undefined if the option is missing, so that the secret of cookie-parser is used. Not called if the host signs itself. */
  readonly secrets: PerHost<Host, readonly Secret[]> | undefined
  /** Whether a cookie that was signed or sealed with an older secret is sent again. */
  readonly resign: boolean
  /**
   * Checks what the store has under an ID, or that it has nothing.
   *
   * @returns the record if it is accepted
   */
  admit?(host: Host, id: string, record: SessionData | null | undefined): MaybePromise<SessionData | null | undefined>
  /** Whether the app sees the record, and may change it. */
  readonly asksApp?: boolean
  /** Whether a record always tells when its session ends, so that a session whose record is past is over. */
  readonly endsByRecord?: boolean
  /** The original `save` of its sessions, if that is overridden and only tells the client, as the commit does. */
  readonly ownSave?: Session['save']
  /**
   * Called before a session is saved or updated.
   *
   * @throws its error is that of the save
   */
  beforeSave?: { of(host: Host, session: Session): unknown }['of'] | undefined
  /**
   * Checks the cookie of what is about to be stored.
   *
   * @throws for a cookie that could not be sent, so that nothing is stored
   */
  checkCookie?: { of(host: Host, cookie: Cookie): void }['of'] | undefined
}

type MaybePromise<Value> = Value | PromiseLike<Value>

/**
 * @param store from the options, or the default
 * @param deprecate receives the deprecation messages of express-session
 * @param reportCookie gets results of a function for the option `cookie`, to report mistakes
 * @throws TypeError for each option that can never work
 */
export function settle(
  options: Partial<Options>,
  store: SessionStore,
  deprecate: (message: string) => void,
  reportCookie: (cookie: CookieOptions) => void = () => {},
): Settings {
  const name = nameOf(options)
  const genid = options.genid || newId
  if (typeof genid !== 'function') throw optionError('genid', 'be a function', genid, 'write () => crypto.randomUUID(), for example')
  deprecateMissing(options, deprecate)
  if (options.seal !== undefined)
    throw new TypeError('seal option is for sessions that are kept in the cookie; write store: "cookie", or leave seal out')

  const storeClient = clientFor(checkStore(store))
  if (options.storeTimeout !== undefined) storeClient.timeout = checkTimeout(options.storeTimeout)
  const about = { name, diagnostics: options.diagnostics !== false }
  return {
    ...about,
    paths: new PathWatch(),
    events: new SessionEvents(about, settleListeners(options.on)),
    store,
    cookieStore: undefined,
    storeClient,
    isReady: storeClient.readiness(),
    genid: genidOf(options, genid),
    cookieOptions: settleCookie(name, options.cookie, reportCookie),
    concurrency: checkConcurrency(options.concurrency),
    ...settleFaults(options),
    ...settleLimits(options),
    ...settleTouches(options),
    ...settleRequests(options),
    secrets: settleSecret(options.secret),
    resign: checkResign(options.resign),
    resave: isOnByDefault(options.resave),
    saveUninitialized: isOnByDefault(options.saveUninitialized),
    rolling: Boolean(options.rolling),
    unset: checkUnset(options.unset),
    family: CONNECT,
  }
}

/** Reports options without which express-session works in a deprecated way. */
function deprecateMissing({ resave, saveUninitialized, secret }: Partial<Options<never>>, deprecate: (message: string) => void): void {
  if (resave === undefined) deprecate('undefined resave option; provide resave option')
  if (saveUninitialized === undefined) deprecate('undefined saveUninitialized option; provide saveUninitialized option')
  if (!secret) deprecate('req.secret; provide secret option')
}

/** With checks for what the options need of an ID. */
function genidOf({ genid: own, hashIds, userId }: Partial<Options>, genid: PerHost<Host, string>): PerHost<Host, string> {
  const checked = checkHashIds(hashIds) && own ? strong(genid) : genid
  return userId && own ? withoutRegistries(checked) : checked
}

/** The name of the cookie: `name`, or `key` as in early versions of express-session. */
export function nameOf({ name, key }: Pick<Options, 'name' | 'key'>): string {
  return String(name || key || 'connect.sid')
}

function isOnByDefault(option: boolean | undefined): boolean {
  return option === undefined || Boolean(option)
}

function checkUnset(option: Policy['unset'] | undefined): Policy['unset'] {
  if (option && option !== 'destroy' && option !== 'keep') throw optionError('unset', 'be "destroy" or "keep"', option)
  return option || 'keep'
}

function checkConcurrency(option: Concurrency = 'auto'): Concurrency {
  if (['auto', 'merge', 'off'].includes(option)) return option
  throw optionError('concurrency', 'be "auto", "merge" or "off"', option)
}

function settleFaults({ onStoreError = 'error', saveErrors = 'report' }: Partial<Options>): Pick<Settings, 'onStoreError' | 'saveErrors'> {
  if (typeof onStoreError !== 'function' && !['error', 'anonymous', 'new'].includes(onStoreError)) {
    throw optionError('onStoreError', 'be "error", "anonymous", "new" or a function', onStoreError)
  }
  if (!['report', 'fail'].includes(saveErrors)) throw optionError('saveErrors', 'be "report" or "fail"', saveErrors)
  const fixed = onStoreError === 'error' ? undefined : onStoreError
  return {
    onStoreError: typeof fixed === 'string' ? () => fixed : fixed,
    saveErrors,
  }
}

function checkResign(option = false): boolean {
  if (typeof option !== 'boolean') throw optionError('resign', 'be true or false', option)
  return option
}

/** The longest delay of Node's timers is 2^31 - 1. */
function checkTimeout(ms: number): number {
  if (ms === Infinity || (typeof ms === 'number' && ms > 0 && ms < 2 ** 31)) return ms
  throw optionError('storeTimeout', 'be a number of milliseconds between 1 and 2147483647, or Infinity', ms, 'write 10_000 for ten seconds')
}

/** @throws TypeError for a value that cannot be an ID: its record would belong to no client, or to all */
export function checkId(made: unknown): string {
  if (typeof made === 'string' && made) {
    // Neither a header nor a store can represent a lone surrogate
    if (!/\p{Surrogate}/u.test(made)) return made
    throw new TypeError('genid must give a string without lone surrogates, which no cookie can carry')
  }
  throw new TypeError(`genid must give a string that is not empty, not ${describeType(made)}`)
}

function settleSecret(secret: Options['secret'] | undefined): Settings['secrets'] {
  if (!secret) return host => (host.secret ? checked([host.secret as Secret]) : [])
  if (typeof secret === 'function') {
    return host => {
      const secrets = secret(host)
      const settled = (given: Secret | AnySecret[]): readonly Secret[] => checked(validSecrets(listOf(given)))
      return isPromise<Secret | AnySecret[]>(secrets) ? secrets.then(settled) : settled(secrets)
    }
  }
  const secrets = checkSecrets(secret)
  if (!Array.isArray(secret) && secrets === validSecrets(secrets)) return () => checked(secrets as readonly Secret[])
  // The app may change its array at any time
  return () => checked(validSecrets(secrets))
}
