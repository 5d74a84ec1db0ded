import { isPromise } from '../primitives/callbacks'
import { DerivedKeys } from '../primitives/derived-keys'
import { EXCHANGE, type Host } from '../core/session/session'
import { nameOf, settle, type Settings } from '../core/settings/settings'
import type { Options } from '../core/settings/options'
import type { Secret } from '../primitives/secrets'
import { KEPT } from '../core/settings/policy'
import { envelope } from './envelope'
import { formOf } from './cookie-format'
import { keepFor, CookieSessionStore } from './cookie-session-store'
import { hasEnded } from './record-format'

/** Sessions that are kept in the cookie: their settings, and those of each request. */
export interface KeptSettings<H extends Host> {
  readonly settings: Settings<H>
  of(host: H): Settings<H>
}

/**
 * @param dress a signed text as the value of a cookie, in the bytes that it has there
 * @param deprecate told of options that upstream wants said
 * @throws TypeError for each option that could never work
 */
export function settleKept<H extends Host>(
  options: Partial<Options<H>>,
  dress: (payload: string, secrets: readonly Secret[]) => string,
  deprecate: (message: string) => void,
): KeptSettings<H> {
  const { seal, concurrency, resave = false, saveUninitialized = false, saveErrors = 'fail' } = options
  if (concurrency === 'merge') throw new TypeError('concurrency option must not be "merge" for sessions that are kept in the cookie')
  const name = nameOf(options)
  const form = formOf({ name, seal, encoding: 'base64url', shape: envelope, dress })
  const given = { ...options, seal: undefined, resave, saveUninitialized, saveErrors }
  const shared = settle<H>(given, new CookieSessionStore(form, () => []), deprecate)
  const settings: Settings<H> = {
    ...shared,
    concurrency: 'off',
    // The end of the session is in its cookie, which costs the store nothing
    touches: undefined,
    family: KEPT,
    secrets: signing(shared.secrets, name),
    admit: (_host, _id, record) => (record && hasEnded(record) ? undefined : record),
  }
  return { settings, of: host => keepFor(settings, form, host, () => host[EXCHANGE]?.secrets ?? []) }
}

/**
 * Who signs ids with a secret, or texts of users as cookie-parser does, signs no session with that: the keys of sessions are made of the secret, for
 * the cookie of this name.
 */
function signing<H extends Host>(secrets: Settings<H>['secrets'], name: string): Settings<H>['secrets'] {
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
