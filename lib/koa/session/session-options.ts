import type { KoaCookieOptions } from '../cookies/cookie-options'
import type { CarriedSession } from './carried-session'
import { dateOf, maxAgeOf, setLifetime, type Lifetime } from './lifetime'

const ATTRIBUTES = ['path', 'domain', 'secure', 'httpOnly', 'sameSite', 'priority', 'partitioned', 'expires'] as const

type Option = (typeof ATTRIBUTES)[number] | 'maxAge'

/** What the app has set in `ctx.sessionOptions` before the session was opened. */
export type EarlyOptions = Partial<Record<Option, unknown>>

/** The type of `ctx.sessionOptions`. */
export interface ShownOptions extends Omit<KoaCookieOptions, 'maxAge'> {
  /** The name of the cookie. */
  readonly key?: string | undefined
  /** The lifetime in milliseconds, or `'session'`. */
  maxAge?: Lifetime
}

/** The request whose session has the options. */
export interface Optioned {
  readonly session?: CarriedSession | null | undefined
  readonly settings: { readonly name: string; readonly names: string; readonly cookie: KoaCookieOptions }
  readonly isStandIn: boolean
  readonly hasRead: boolean
  earlyOptions?: EarlyOptions | undefined
}

/**
 * The value of `ctx.sessionOptions`. As in koa-session, the lifetime and the attributes of the cookie are those of the session, and may be set for this
 * request.
 *
 * @param current the request, which is another one after the middleware has run
 */
export function optionsOf({ settings: { name, names, cookie } }: Optioned, current: () => Optioned): object {
  const options = { key: name, ...cookie }
  if (names !== 'koa-session') return options
  for (const option of [...ATTRIBUTES, 'maxAge'] as const) {
    Object.defineProperty(options, option, {
      enumerable: option === 'maxAge' || option in cookie,
      get: () => valueOf(current(), option),
      set: (value: never) => change(current(), option, value),
    })
  }
  return options
}

function valueOf({ session, earlyOptions, settings }: Optioned, option: Option): unknown {
  if (session) return option === 'maxAge' ? session.lifetime : session.cookie[option]
  return earlyOptions && option in earlyOptions ? earlyOptions[option] : settings.cookie[option]
}

/** @throws TypeError for an invalid lifetime */
function change(host: Optioned, option: Option, value: never): void {
  if (option === 'maxAge') maxAgeOf(value)
  if (!host.session || host.isStandIn) host.earlyOptions = { ...host.earlyOptions, [option]: value }
  if (host.session) put(host.session, option, value)
}

/**
 * The session is open. As in koa-session, a session that was read keeps the lifetime of its record.
 *
 * @returns the error of a value that no session can have: it is called in a callback of the store, which must not throw
 */
export function applyEarlyOptions({ session, earlyOptions, hasRead }: Optioned): unknown {
  if (!session || !earlyOptions) return undefined
  try {
    for (const [option, value] of Object.entries(earlyOptions)) {
      if (!hasRead || !isLifetime(option)) put(session, option as Option, value as never)
    }
  } catch (err) {
    return err
  }
}

/** An option alone is no reason to save a session. */
function put(session: CarriedSession, option: Option, value: never): void {
  const { cookie } = session
  if (option === 'maxAge') setLifetime(session, value as Lifetime)
  else cookie[option] = (option === 'expires' ? dateOf(value) : value) as never
  session.req.exchange.changes.overlook(isLifetime(option) ? { originalMaxAge: cookie.originalMaxAge } : { [option]: value })
}

function isLifetime(option: string): boolean {
  return option === 'maxAge' || option === 'expires'
}
