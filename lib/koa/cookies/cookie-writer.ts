import type { Cookie } from '../../core/record/cookie'
import type { Context } from '../context'
import { CookieLines, shapeOf } from './cookie-lines'
import type { KoasCookies } from './koas-cookies'
import { linesOf } from './set-cookie-lines'
import type { VerifiedCookies } from './verified-cookies'

interface Options {
  readonly signed: boolean
  readonly overwrite: boolean
  /** The attributes that cookies usually have. */
  readonly usual: Cookie
}

/** The class of `ctx.cookies`. */
interface Class {
  readonly set?: unknown
}

/**
 * Sets the cookie in place of `ctx.cookies`, after it has seen `ctx.cookies` write the same bytes. So an app that has changed `ctx.cookies`, its class or
 * its keys gets the lines of its own.
 */
export class CookieWriter {
  readonly #lines: CookieLines
  /** The class whose lines were compared, with its method at that time. */
  #class: Class = {}
  #set: unknown
  /** The shapes whose lines were equal. */
  #shapes = 0

  constructor(
    name: string,
    private readonly options: Options,
    private readonly verified: VerifiedCookies,
    private readonly koas: KoasCookies,
  ) {
    this.#lines = new CookieLines(name, options.overwrite, options.usual)
  }

  /** @returns whether the cookie was set */
  write(ctx: Context, value: string, cookie: Cookie): boolean {
    if ((this.#shapes & shapeOf(ctx, cookie)) === 0 || this.#class.set !== this.#set) return false
    if (!this.koas.isKnown(ctx) || !this.koas.isOwn(ctx)) return false
    const lines = this.#of(ctx, value, cookie)
    if (lines) this.#lines.add(ctx, lines)
    return lines !== undefined
  }

  /** Compares the lines that `ctx.cookies` has written just now. */
  learn(ctx: Context, value: string, cookie: Cookie): void {
    if (this.koas.isUntouched(ctx) || this.koas.isReplaced(ctx)) return
    const lines = this.#of(ctx, value, cookie)
    if (!lines || lines.join('\n') !== linesOf(ctx).slice(-lines.length).join('\n')) return
    const compared = Object.getPrototypeOf(ctx.cookies) as Class
    if (compared !== this.#class || compared.set !== this.#set) this.#shapes = 0
    this.#class = compared
    this.#set = compared.set
    this.#shapes |= shapeOf(ctx, cookie)
  }

  #of(ctx: Context, value: string, cookie: Cookie): string[] | undefined {
    const { signed, usual } = this.options
    if (!hasUsual(cookie, usual) || 'set' in ctx.res) return undefined
    const signature = signed ? this.verified.sign(ctx, value) : undefined
    return signed && signature === undefined ? undefined : this.#lines.of(ctx, { value, signature, cookie })
  }
}

/** Whether a cookie has the attributes that are checked at setup. */
export function hasUsual({ path, domain, sameSite, priority }: Cookie, usual: Cookie): boolean {
  return path === usual.path && domain === usual.domain && sameSite === usual.sameSite && priority === usual.priority
}
