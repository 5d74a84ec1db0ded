import { isPromise } from '../primitives/callbacks'
import type { CookieOptions } from '../core/record/cookie'
import { DerivedKeys } from '../primitives/derived-keys'
import { EXCHANGE, type Host } from '../core/session/session'
import { checkHashIdsInCookie } from '../core/settings/hash-ids'
import { refuseUsersInCookie } from '../core/settings/request-options'
import { nameOf, settle, type Settings } from '../core/settings/settings'
import type { Options } from '../core/settings/options'
import type { Secret } from '../primitives/secrets'
import { IN_COOKIE } from '../core/settings/policy'
import { envelope } from './envelope'
import { cookieFormat } from './cookie-format'
import { withCookieStore, CookieSessionStore } from './cookie-session-store'
import { DAY } from './record-format'
import { hasEnded } from '../core/record/lifetime'

/** The settings of sessions in the cookie: shared ones, and those of each request. */
export interface CookieStoreSettings {
  readonly settings: Settings
  of(host: Host): Settings
}

/**
 * @param cookieValue converts a signed text to the value of a cookie, with the length that it has there
 * @param deprecate receives the deprecation messages of express-session
 * @param reportCookie gets results of a function for the option `cookie`, to report mistakes
 * @throws TypeError for each option that can never work
 */
export function settleCookieStore(
  options: Partial<Options>,
  cookieValue: (payload: string, secrets: readonly Secret[]) => string,
  deprecate: (message: string) => void,
  reportCookie: (cookie: CookieOptions) => void,
): CookieStoreSettings {
  checkHashIdsInCookie(options.hashIds)
  refuseUsersInCookie(options as Partial<Options<never>>)
  const { seal, concurrency, resave = false, saveUninitialized = false, saveErrors = 'fail' } = options
  if (concurrency === 'merge') throw new TypeError('concurrency option must not be "merge" for sessions that are kept in the cookie')
  const name = nameOf(options)
  const format = cookieFormat({ name, seal, encoding: 'base64url', shape: envelope, cookieValue })
  const given = { ...options, seal: undefined, hashIds: undefined, resave, saveUninitialized, saveErrors }
  const shared = settle(given, new CookieSessionStore(format, () => []), deprecate, reportCookie)
  const settings: Settings = {
    ...shared,
    concurrency: 'off',
    // The session's end is in its cookie, so that a touch costs the store nothing
    touches: undefined,
    ...limitsInCookie(shared),
    family: IN_COOKIE,
    secrets: signing(shared.secrets, name),
    admit: (_host, _id, record) => (record && hasEnded(record) ? undefined : record),
  }
  return { settings, of: host => withCookieStore(settings, format, host, () => host[EXCHANGE]?.secrets ?? []) }
}

/**
 * The end is in the cookie, which is set again when the end has moved far enough: a touch would not send it. Nothing is renewed: the ID is no key to a
 * session in the cookie.
 */
export function limitsInCookie({ lifetime }: Settings): Pick<Settings, 'lifetime' | 'keepsIdle'> {
  const hasLimits = lifetime && Math.min(lifetime.idle, lifetime.absolute) < Infinity
  return { lifetime: hasLimits ? { ...lifetime, otherwise: DAY, renewAfter: Infinity, grace: 0 } : undefined, keepsIdle: false }
}

/**
 * The secrets that sign sessions. They are derived for the cookie of this name, so that a signature of an ID, or of a text that cookie-parser signed,
 * is never accepted as one of a session.
 */
function signing(secrets: Settings['secrets'], name: string): Settings['secrets'] {
  const keys = new DerivedKeys('resession signed session', name)
  const derive = (secrets: readonly Secret[]): readonly Secret[] => secrets.map(secret => keys.of(secret))
  return (
    secrets &&
    (host => {
      const given = secrets(host)
      return isPromise<readonly Secret[]>(given) ? given.then(derive) : derive(given)
    })
  )
}
