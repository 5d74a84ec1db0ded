import { serialize } from 'cookie'
import depd = require('depd')
import { attributesText, haveSameAttributes } from './cookie-attributes'

// One depd object per file that warns: depd names the first caller outside of the file, which is the app
const deprecate = depd('express-session')

/** The attributes of the session cookie. */
export interface CookieOptions {
  /**
   * The lifetime in milliseconds. It is sent as `Expires`, not as `Max-Age`.
   *
   * @default null: the cookie ends when the browser is closed
   */
  maxAge?: number | null | undefined
  /**
   * When the cookie expires. Prefer `maxAge`. If both are given, the last one in the object wins.
   *
   * @default null: the cookie ends when the browser is closed
   */
  expires?: Date | null | undefined
  /**
   * The path that a request must begin with. For other requests the middleware calls `next()` without setting `req.session`.
   *
   * @default '/'
   */
  path?: string | undefined
  /**
   * The domain whose hosts get the cookie.
   *
   * @default undefined: only the host that set it
   */
  domain?: string | undefined
  /**
   * Hides the cookie from scripts in the page.
   *
   * @default true
   */
  httpOnly?: boolean | undefined
  /**
   * Sends the cookie over HTTPS only; without HTTPS no cookie is set. `'auto'` sets the attribute if the connection is secure.
   *
   * @default undefined: not set
   */
  secure?: boolean | 'auto' | undefined
  /**
   * Whether requests from other sites carry the cookie. `true` is `'strict'`. `'auto'` is `'none'` on HTTPS, and `'lax'` otherwise.
   *
   * @default undefined: not set; browsers then use `Lax`
   */
  sameSite?: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined
  /**
   * Which cookies a browser keeps if it has too many.
   *
   * @default undefined: not set
   */
  priority?: 'low' | 'medium' | 'high' | undefined
  /**
   * Keeps a cookie of its own for each top-level site (CHIPS). Browsers require `secure`.
   *
   * @default undefined: not set
   */
  partitioned?: boolean | undefined
  /**
   * Has no effect: the session cookie is always signed. It is here because `@types/express-session` has it.
   *
   * @default undefined
   */
  signed?: boolean | undefined
  /**
   * Has no effect. It is here because `@types/express-session` has it.
   *
   * @default undefined
   */
  encode?: ((value: string) => string) | undefined
}

/** The attributes of a cookie as a record has them and as `Set-Cookie` sends them. */
export interface CookieData {
  originalMaxAge: number | null
  partitioned: boolean | undefined
  priority: CookieOptions['priority']
  expires: Date | null | undefined
  secure: boolean | 'auto' | undefined
  httpOnly: boolean | undefined
  domain: string | undefined
  path: string | undefined
  sameSite: boolean | 'lax' | 'strict' | 'none' | undefined
}

/** A cookie as plain data, in a record or in a test. */
export interface AnyCookie extends Omit<CookieOptions, 'maxAge' | 'sameSite' | 'encode'> {
  /** The lifetime as it was last set, in milliseconds. `null` if the cookie ends when the browser is closed. */
  originalMaxAge: number | null
  /** The remaining lifetime in milliseconds. Set it to change the lifetime. */
  maxAge?: number | undefined
  /** Whether requests from other sites carry the cookie. */
  sameSite?: boolean | 'lax' | 'strict' | 'none' | undefined
  // Optional, because plain data lack them. Without them a record with a new `Cookie` could not be asserted to be `SessionData`
  /** When the cookie expires, for stores that read it; use `expires`. */
  _expires?: Date | null | undefined
  /** The attributes in stored form. Plain data lack it. */
  readonly data?: CookieData
  /** The `Set-Cookie` line for a name and a value. Plain data lack it. */
  serialize?(name: string, value: string): string
  /** The cookie as plain data for a record. Plain data lack it. */
  toJSON?(): CookieData
}

/** Reserved names: a record with data of these names would break its cookie. */
const RESERVED = new Set(['data', 'serialize', 'toJSON', 'constructor', '__proto__'])

/**
 * The cookie of one session: its attributes, and when it expires.
 *
 * @throws TypeError `argument options must be a object`, `maxAge must be a number or Date`
 */
export class Cookie {
  // Declared but not defined: the own properties path, _expires, originalMaxAge, httpOnly, in this order, are express-session's, and stores read
  // them.
  /** The path that a request must begin with. */
  declare path: string | undefined
  /** When the cookie expires, for stores that read it; use `expires`. */
  declare _expires: Date | null | undefined
  /** The lifetime as it was last set, in milliseconds: what `touch()` goes back to. */
  declare originalMaxAge: number | null
  /** Whether the cookie is hidden from scripts in the page. */
  declare httpOnly: boolean | undefined
  /** The domain whose hosts get the cookie. */
  declare domain: string | undefined
  /** Whether the cookie is sent over HTTPS only. */
  declare secure: boolean | 'auto' | undefined
  /** Whether requests from other sites carry the cookie. */
  declare sameSite: boolean | 'lax' | 'strict' | 'none' | undefined
  /** Which cookies a browser keeps if it has too many. */
  declare priority: CookieOptions['priority']
  /** Whether each top-level site has a cookie of its own (CHIPS). */
  declare partitioned: boolean | undefined
  /** Has no effect: the session cookie is always signed. */
  declare signed?: boolean | undefined

  constructor(options?: CookieOptions) {
    this.path = '/'
    this._expires = null
    this.originalMaxAge = null
    this.httpOnly = true
    if (options) copy(options, this)
    // Records of other packages may lack it
    this.originalMaxAge ??= this.maxAge as number | null
  }

  /** When the cookie expires. `null` or `false`: when the browser is closed. Setting it sets `originalMaxAge`. */
  get expires(): Date | null | undefined {
    return this._expires
  }

  set expires(date: Date | null | undefined | false) {
    this._expires = date as Date | null | undefined
    this.originalMaxAge = this.maxAge as number | null
  }

  /**
   * The remaining lifetime in milliseconds. It is `null` at run time if the cookie ends when the browser is closed; the type is that of
   * `@types/express-session`. Setting it sets `expires`, counted from now, and `originalMaxAge`.
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
    // The clock is read once: two readings could differ by a millisecond, and the lifetime would shrink with each touch
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
   * @throws TypeError if an attribute is not valid in a header: `option path is invalid`, and so on
   */
  serialize(name: string, value: string): string {
    return serialize(name, value) + attributesText(this)
  }

  /** The cookie as plain data for a record. */
  toJSON(): CookieData {
    return this.data
  }
}

// Without a constructor, and with enumerable members, as in express-session. Without one, Node prints a cookie as a plain object.
// Drivers that walk a record with `for…in`, as aws-sdk's does, store the members
Reflect.deleteProperty(Cookie.prototype, 'constructor')
for (const name of Object.getOwnPropertyNames(Cookie.prototype)) Object.defineProperty(Cookie.prototype, name, { enumerable: true })

/** The lifetime of a cookie as it was last set, in milliseconds. `false` and `undefined` end it with the browser, like `null`. */
export function lifetimeOf({ originalMaxAge }: Pick<CookieData, 'originalMaxAge'>): number | null {
  return originalMaxAge || originalMaxAge === 0 ? originalMaxAge : null
}

/** Whether two cookies have equal attributes and lifetimes. The expiry moves, and is not compared. */
export function isAlike(a: Omit<CookieData, 'expires'>, b: Omit<CookieData, 'expires'>): boolean {
  return lifetimeOf(a) === lifetimeOf(b) && haveSameAttributes(a, b)
}

/** Whether a cookie still has the attributes of its record. It compares with the record itself, to avoid a second cookie on each request. */
export function hasAttributesOf(record: AnyCookie | CookieData, cookie: Cookie): boolean {
  return (
    lifetimeOf(record) === lifetimeOf(cookie) &&
    // The default of the constructor
    ('path' in record ? record.path : '/') === cookie.path &&
    ('httpOnly' in record ? record.httpOnly : true) === cookie.httpOnly &&
    record.secure === cookie.secure &&
    record.domain === cookie.domain &&
    record.sameSite === cookie.sameSite &&
    record.priority === cookie.priority &&
    record.partitioned === cookie.partitioned
  )
}

/** Not a private method, which would make the type of a cookie nominal. */
function copy(options: CookieOptions, cookie: Cookie): void {
  if (typeof options !== 'object') throw new TypeError('argument options must be a object')
  // In the app's order, through the accessors: of maxAge and expires the last one wins
  for (const name in options) {
    // With literal names, because V8 finds an accessor slowly by a variable
    if (name === 'expires') cookie.expires = options.expires
    else if (name === 'maxAge') cookie.maxAge = options.maxAge
    else if (!RESERVED.has(name)) (cookie as never as Record<string, unknown>)[name] = options[name as keyof CookieOptions]
  }
}
