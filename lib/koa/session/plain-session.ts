import type { AnyCookie, Cookie } from '../../core/record/cookie'
import { CarriedSession } from './carried-session'
import type { KoaCookieOptions } from '../cookies/cookie-options'
import { dateOf } from './lifetime'
import { COOKIE } from './owned-names'
import { attach, fill } from './shown-session'

/** `ctx.session` as in koa-session-store: only data. */
export function dataAlone(session: CarriedSession, record: object): object {
  const shown = {}
  attach(shown, session)
  fill(shown, record, key => COOKIE.nameOf(key))
  return shown
}

/** `ctx.session` as in koa-generic-session and koa-session-ts: data, and the cookie's options under the key `cookie`. */
export function dataAndCookie(session: CarriedSession, record: object): object {
  const shown = { cookie: undefined }
  attach(shown, session)
  fill(shown, record, key => key)
  return shown
}

type Options = Readonly<Record<string, unknown>>

const ATTRIBUTES = ['path', 'domain', 'secure', 'httpOnly', 'sameSite', 'priority', 'partitioned'] as const
/** `maxage` is koa-generic-session's older spelling. */
const NAMES = [...ATTRIBUTES, 'maxage', 'maxAge', 'expires'] as const

/**
 * A session whose cookie is shown to the app as plain options, at `ctx.session.cookie`. Changes of the options are applied when the cookie is next
 * read.
 */
export class OptionedSession extends CarriedSession {
  declare shown: { cookie?: unknown }
  #cookie!: Cookie
  /** The options when they were last applied. */
  #seen: Options = {}
  #options: unknown

  static {
    // An accessor replaces the field, which the compiler does not allow in a class
    Object.defineProperty(this.prototype, 'cookie', {
      configurable: true,
      get(this: OptionedSession) {
        return this.#current()
      },
      set(this: OptionedSession, cookie: AnyCookie) {
        this.#cookie = cookie as Cookie
        this.#show()
      },
    })
  }

  override get data(): object {
    return this.shown
  }

  override put(key: string, value: unknown): void {
    ;(this.shown as Record<string, unknown>)[key] = value
  }

  override remove(key: string): void {
    delete (this.shown as Record<string, unknown>)[key]
  }

  #show(): void {
    const options = optionsOf(this.#cookie, this.req.settings.cookie)
    this.#options = this.shown.cookie = options
    this.#seen = { ...options }
  }

  #current(): Cookie {
    const { cookie: options } = this.shown
    const cookie = this.#cookie
    // A session keeps its cookie even if an app removes the options
    if (typeof options !== 'object' || options === null || !cookie) return cookie
    const now = options as Options
    for (const name of NAMES) {
      if (isSame(name, now[name], this.#seen[name])) continue
      // In the object from the session, a missing option was deleted; in another object, it is unchanged
      if (now === this.#options || name in now) change(cookie, name, now)
      this.#seen = { ...this.#seen, [name]: now[name] }
    }
    return cookie
  }
}

type Name = (typeof NAMES)[number]

/** An `expires` that is false is none: it does not end the lifetime. */
function isSame(name: Name, now: unknown, seen: unknown): boolean {
  return now === seen || (name === 'expires' && !now && !seen)
}

/** @throws TypeError for an invalid lifetime */
function change(cookie: Cookie, name: Name, options: Options): void {
  const value = options[name]
  if (name === 'expires' && value) cookie.expires = dateOf(value)
  // Without the date, the lifetime counts
  else if (name === 'expires') change(cookie, 'maxAge', options)
  // 0 is no lifetime to koa-generic-session and koa-session-ts
  else if (name === 'maxAge' || name === 'maxage') cookie.maxAge = (value === 0 ? null : (value ?? null)) as number
  else Object.assign(cookie, { [name]: value })
}

/**
 * The options that would make a cookie.
 *
 * @param defaults of all cookies, with options that are not attributes, such as `signed`
 */
export function optionsOf(cookie: Cookie, defaults: KoaCookieOptions): Record<string, unknown> {
  const options: Record<string, unknown> = { ...defaults }
  for (const name of ATTRIBUTES) if (cookie[name] !== undefined) options[name] = cookie[name]
  const { originalMaxAge, expires } = cookie
  const isDated = originalMaxAge === null && expires
  // A cookie that ends with the browser has null, as the option that says so
  if (originalMaxAge !== null || (!isDated && 'maxAge' in options)) options.maxAge = originalMaxAge
  else delete options.maxAge
  if (isDated) options.expires = expires
  else delete options.expires
  return options
}
