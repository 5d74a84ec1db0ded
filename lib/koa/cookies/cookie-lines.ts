import type { Cookie } from '../../core/record/cookie'
import { httpDate } from '../../core/record/cookie-attributes'
import type { Context } from '../context'

/** The lines of a signed or an unsigned cookie. */
export interface Lines {
  readonly value: string
  /** Undefined for an unsigned cookie. */
  readonly signature: string | undefined
  readonly cookie: Cookie
}

/** The characters that `ctx.cookies` sends: RFC 9110 section 5.5 without the semicolon. */
const SENDABLE = /^[\t\x20-\x3a\x3c-\x7e\x80-\xff]+$/

/**
 * Writes Set-Cookie lines, to the byte as `ctx.cookies` does. That makes an object, checks attributes and sets the header for each of the two lines of a
 * signed cookie, which takes three times as long.
 */
export class CookieLines {
  /** The attributes before and behind the expiry. */
  readonly #before: string
  readonly #behind: string

  /** @param usual path, domain, sameSite and priority of all lines */
  constructor(
    private readonly name: string,
    private readonly overwrite: boolean,
    { path = '/', domain, priority, sameSite }: Cookie,
  ) {
    this.#before = path ? `; path=${path}` : ''
    this.#behind = [
      domain && `; domain=${domain}`,
      priority && `; priority=${String(priority).toLowerCase()}`,
      sameSite && `; samesite=${sameSite === true ? 'strict' : String(sameSite).toLowerCase()}`,
    ]
      .filter(Boolean)
      .join('')
  }

  /** @returns undefined if only `ctx.cookies` knows, or would throw */
  of(ctx: Context, { value, signature, cookie }: Lines): string[] | undefined {
    const { expires, secure = ctx.secure } = cookie
    if (!SENDABLE.test(value) || (secure && !ctx.secure) || (expires && !(expires instanceof Date))) return undefined
    const attributes = `${this.#before}${expires ? `; expires=${httpDate(expires)}` : ''}${this.#behind}${flagsOf(cookie, secure)}`
    const line = `${this.name}=${value}${attributes}`
    return signature === undefined ? [line] : [line, `${this.name}.sig=${signature}${attributes}`]
  }

  /** Adds lines to a response. */
  add({ res }: Context, lines: string[]): void {
    const before = res.getHeader('Set-Cookie')
    res.setHeader('Set-Cookie', before === undefined ? lines : [...this.#kept(before, lines.length > 1), ...lines])
  }

  #kept(before: number | string | readonly string[], isSigned: boolean): readonly string[] {
    const lines = Array.isArray(before) ? (before as readonly string[]) : [String(before)]
    if (!this.overwrite) return lines
    return lines.filter(line => !line.startsWith(`${this.name}=`) && !(isSigned && line.startsWith(`${this.name}.sig=`)))
  }
}

/** A bit for each attribute that cookies of one name may differ in. */
export function shapeOf(ctx: Context, { expires, secure = ctx.secure, httpOnly = true, partitioned }: Cookie): number {
  return 1 << ((expires ? 1 : 0) | (secure ? 2 : 0) | (httpOnly ? 4 : 0) | (partitioned ? 8 : 0))
}

function flagsOf({ httpOnly = true, partitioned }: Cookie, secure: Cookie['secure']): string {
  return `${secure ? '; secure' : ''}${httpOnly ? '; httponly' : ''}${partitioned ? '; partitioned' : ''}`
}
