import { createHash } from 'node:crypto'
import type { Cookies } from './context'

/** Of https://github.com/pillarjs/cookies 0.9.1 and 0.9.2, what makes the line of a cookie: the SHA-256 of its source. */
const PUBLISHED = ['WkxhKM9a_Y4Wjq3wsrenFLjVv7Gm9VXY0MbG4okTIIU', 'jUjVCnOZdN7F92HpOia0X90vd6bVrhinCe1WfBhUKzk']

interface Line {
  toHeader(): string
}

interface CookiesClass {
  readonly prototype: Cookies
  readonly Cookie: { readonly prototype: Line }
}

const known = new WeakMap<object, KnownCookies>()

/** The package that `ctx.cookies` is of: does it do what it does in its published form, or has somebody put functions of his own in it? */
export class KnownCookies {
  readonly #set: unknown
  readonly #toHeader: unknown
  readonly #toString: unknown
  readonly #isPublished: boolean

  private constructor(private readonly made: CookiesClass) {
    const { set } = made.prototype
    const { toHeader, toString } = made.Cookie.prototype
    this.#set = set
    this.#toHeader = toHeader
    this.#toString = toString
    const source = [set, made.Cookie, toHeader, toString].map(part => Function.prototype.toString.call(part)).join('\n')
    this.#isPublished = PUBLISHED.includes(createHash('sha256').update(source).digest('base64url'))
  }

  /** @param cookies what a context has. @returns nothing for what is not as it was published */
  static of(cookies: Cookies): KnownCookies | undefined {
    const { constructor } = cookies as unknown as { constructor: Partial<CookiesClass> }
    if (!constructor.Cookie || Object.getPrototypeOf(cookies) !== constructor.prototype || Object.hasOwn(cookies, 'set')) return undefined
    const before = known.get(constructor)
    if (before?.isUnchanged) return before.#isPublished ? before : undefined
    known.set(constructor, new KnownCookies(constructor as CookiesClass))
    return KnownCookies.of(cookies)
  }

  /** Since it was looked at. */
  get isUnchanged(): boolean {
    const { prototype, Cookie } = this.made
    return prototype.set === this.#set && Cookie.prototype.toHeader === this.#toHeader && Cookie.prototype.toString === this.#toString
  }
}
