import { serialize } from 'cookie'
import depd = require('depd')

// One of its own in each file that warns: depd names the first caller outside the file that made it, and that is the user.
const deprecate = depd('express-session')

/** The attributes of the session's cookie. What is left out keeps the default said with it. */
export interface CookieOptions {
  /** Lifetime in milliseconds. Default `null`: until the browser closes. In the cookie it becomes `Expires`. */
  maxAge?: number | null | undefined
  /** The moment of expiry. Prefer `maxAge`; of the two, the one that comes last in the object holds. */
  expires?: Date | null | undefined
  /** Which paths see the cookie; the middleware steps aside on all others. Default `'/'`. */
  path?: string | undefined
  /** Which domain sees the cookie. Default: the host that set it. */
  domain?: string | undefined
  /** Hidden from scripts in the page. Default `true`. */
  httpOnly?: boolean | undefined
  /** Only over HTTPS; on a plain connection no cookie is set. `'auto'` follows the connection. Default: not set. */
  secure?: boolean | 'auto' | undefined
  /** `true` and `'strict'`, `'lax'`, `'none'`, or `'auto'`: none on HTTPS and lax elsewhere. Default: not set. */
  sameSite?: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined
  /** Which cookies a browser keeps longest when it has too many. Default: not set. */
  priority?: 'low' | 'medium' | 'high' | undefined
  /** Kept apart for each top-level site (CHIPS). Default: not set. */
  partitioned?: boolean | undefined
  /** Accepted for the sake of express-session's types; a session's cookie is always signed. */
  signed?: boolean | undefined
  /** Accepted for the sake of express-session's types; has no effect. */
  encode?: ((value: string) => string) | undefined
}

/** A cookie in stored form: what a record keeps of it, and what becomes `Set-Cookie`. */
export interface CookieData {
  originalMaxAge: number | null
  partitioned: boolean | undefined
  priority: CookieOptions['priority']
  expires: Date | null | undefined
  secure: boolean | undefined
  httpOnly: boolean | undefined
  domain: string | undefined
  path: string | undefined
  sameSite: boolean | 'lax' | 'strict' | 'none' | undefined
}

/** A cookie as others may make it, in a record or in a test: of its attributes, and of its lifetime, which has to be there. */
export interface AnyCookie extends Omit<CookieOptions, 'maxAge' | 'sameSite' | 'encode'> {
  originalMaxAge: number | null
  maxAge?: number | undefined
  sameSite?: boolean | 'lax' | 'strict' | 'none' | undefined
}

/** Names that are ours, or the language's: data of these names would disarm the cookie that carries them. */
const RESERVED = new Set(['data', 'serialize', 'toJSON', 'constructor', '__proto__'])

/**
 * The cookie of one session: its attributes, and when it expires.
 *
 * @throws TypeError `argument options must be a object`, `maxAge must be a number or Date`
 */
export class Cookie {
  // Declared and not defined: own properties in the order path, _expires, originalMaxAge, httpOnly are upstream's, and stores read them.
  declare path: string | undefined
  declare _expires: Date | null | undefined
  /** The lifetime as it was last set, in milliseconds: what `touch()` goes back to. */
  declare originalMaxAge: number | null
  declare httpOnly: boolean | undefined
  declare domain: string | undefined
  declare secure: boolean | undefined
  declare sameSite: boolean | 'lax' | 'strict' | 'none' | undefined
  declare priority: CookieOptions['priority']
  declare partitioned: boolean | undefined
  declare signed?: boolean | undefined

  constructor(options?: CookieOptions) {
    this.path = '/'
    this._expires = null
    this.originalMaxAge = null
    this.httpOnly = true
    if (options) copy(options, this)
    // Records of other makers may lack it
    this.originalMaxAge ??= this.maxAge as number | null
  }

  /** The moment of expiry; `null` or `false` for a cookie that ends with the browser. Setting it resets `originalMaxAge`. */
  get expires(): Date | null | undefined {
    return this._expires
  }

  set expires(date: Date | null | undefined | false) {
    this._expires = date as Date | null | undefined
    this.originalMaxAge = this.maxAge as number | null
  }

  /**
   * Milliseconds left; `null` at run time for a cookie that ends with the browser (the type is that of @types/express-session).
   * Setting it sets `expires` from now, and `originalMaxAge`.
   *
   * @throws TypeError `maxAge must be a number or Date`
   */
  get maxAge(): number | undefined {
    const expires = this._expires
    return (expires instanceof Date ? expires.valueOf() - Date.now() : expires) as number | undefined
  }

  set maxAge(ms: number | Date | null | undefined) {
    if (ms && typeof ms !== 'number' && !(ms instanceof Date)) throw new TypeError('maxAge must be a number or Date')
    if (ms instanceof Date) deprecate('maxAge as Date; pass number of milliseconds instead')
    if (typeof ms !== 'number') {
      this.expires = ms
      return
    }
    // One reading of the clock for both: two could differ by a millisecond, and the lifetime would shrink with each touch
    const now = Date.now()
    this._expires = new Date(now + ms)
    this.originalMaxAge = this._expires.valueOf() - now
  }

  /** The attributes in stored form, in express-session's order. */
  get data(): CookieData {
    return {
      originalMaxAge: this.originalMaxAge,
      partitioned: this.partitioned,
      priority: this.priority,
      expires: this._expires,
      secure: this.secure,
      httpOnly: this.httpOnly,
      domain: this.domain,
      path: this.path,
      sameSite: this.sameSite,
    }
  }

  /**
   * The `Set-Cookie` line for a name and a value.
   *
   * @throws TypeError where an attribute may not stand in a header: `option path is invalid`, and so on
   */
  serialize(name: string, value: string): string {
    return serialize(name, value, this.data as Parameters<typeof serialize>[2])
  }

  toJSON(): CookieData {
    return this.data
  }
}

// As in upstream's object literal: drivers that walk a record with `for…in`, as aws-sdk's does, store what they find there
for (const name of Object.getOwnPropertyNames(Cookie.prototype)) {
  Object.defineProperty(Cookie.prototype, name, { enumerable: name !== 'constructor' })
}

/** Whether two cookies say the same, but for their end, which moves by itself. */
export function isAlike(a: Omit<CookieData, 'expires'>, b: Omit<CookieData, 'expires'>): boolean {
  return (
    a.originalMaxAge === b.originalMaxAge &&
    a.path === b.path &&
    a.httpOnly === b.httpOnly &&
    a.secure === b.secure &&
    a.domain === b.domain &&
    a.sameSite === b.sameSite &&
    a.priority === b.priority &&
    a.partitioned === b.partitioned
  )
}

/** A function and not a private method, which would make the type of a cookie one that nothing but this class has. */
function copy(options: CookieOptions, cookie: Cookie): void {
  if (typeof options !== 'object') throw new TypeError('argument options must be a object')
  // In the user's order, through the accessors: of maxAge and expires the last one holds
  for (const name in options) {
    // By their own names, since an accessor that is found by a variable is found slowly
    if (name === 'expires') cookie.expires = options.expires
    else if (name === 'maxAge') cookie.maxAge = options.maxAge
    else if (!RESERVED.has(name)) (cookie as never as Record<string, unknown>)[name] = options[name as keyof CookieOptions]
  }
}
