import type { Cookie } from '../../core/record/cookie'
import { checkSize, withheld } from '../../core/diagnostics/cookie-warnings'
import type { Diagnosed } from '../../core/diagnostics/diagnose'
import type { Context } from '../context'
import { connectionOf } from '../connection'
import { CookieWriter, hasUsual } from './cookie-writer'
import type { KoasCookies } from './koas-cookies'
import { linesOf } from './set-cookie-lines'
import { VerifiedCookies } from './verified-cookies'

/** Carries the session ID, or the data of a session in the cookie, between a client and a Koa app. */
export interface KoaTransport {
  get(ctx: Context): string | undefined | PromiseLike<string | undefined>
  set(ctx: Context, value: string, cookie: Cookie): unknown
  clear(ctx: Context, cookie: Cookie): unknown
  /** Whether the value from `get` was signed with another key than the first one. Called after `get`, with the option `resign`. */
  isOutdated?(ctx: Context): boolean
}

/** How `ctx.cookies` sets the cookie. */
export interface Signing {
  readonly signed: boolean
  /** Whether an earlier cookie of the same name is removed from the response. */
  readonly overwrite: boolean
  /** Whether it may encrypt the cookie, so that only it can read and write the value. */
  readonly encrypt?: boolean
}

/** Uses a cookie, and for a signed one a second cookie, `.sig`, that `ctx.cookies` makes with `app.keys`. */
export function cookieTransport(about: Diagnosed, signing: Signing, usual: Cookie, koas: KoasCookies): KoaTransport {
  const { name } = about
  const { signed, encrypt } = signing
  const verified = new VerifiedCookies(name, koas)
  const writer = new CookieWriter(name, { ...signing, usual }, verified, koas)
  const setByKoa = (ctx: Context, value: string, cookie: Cookie, expires: Date | undefined): void => {
    const signature = signed && !encrypt ? verified.signatureOf(ctx, value) : undefined
    const attributes = attributesOf(cookie, { ...signing, signed: signed && signature === undefined, expires })
    ctx.cookies.set(name, value, attributes)
    if (signature !== undefined) ctx.cookies.set(`${name}.sig`, signature, attributes)
  }
  return {
    get: ctx => (signed && !encrypt ? verified.get(ctx) : ctx.cookies.get(name, signing)) || undefined,
    // `ctx.cookies` has signed it again by then, but without the attributes of the session cookie
    isOutdated: ctx => signed && linesOf(ctx).some(line => line.startsWith(`${name}.sig=`)),
    set(ctx, value, cookie) {
      checkAttributes(cookie, usual)
      checkSize(about, value)
      if (!encrypt && writer.write(ctx, value, cookie)) return
      setByKoa(ctx, value, cookie, cookie.expires ?? undefined)
      writer.learn(ctx, value, cookie)
    },
    clear(ctx, cookie) {
      // Without keys, no signed cookie was ever sent
      if (!signed || ctx.app.keys) setByKoa(ctx, '', isSendable(cookie) ? cookie : usual, new Date(0))
    },
  }
}

const ATTRIBUTES = ['path', 'httpOnly', 'secure', 'domain', 'sameSite', 'priority', 'partitioned'] as const

/** @param attributes the base of the attributes. An undefined `secure` is left to `ctx.cookies`, which sets it on a secure connection */
function attributesOf(cookie: Cookie, attributes: Record<string, unknown>): object {
  for (const name of ATTRIBUTES) if (cookie[name] !== undefined) attributes[name] = cookie[name]
  return attributes
}

/**
 * Refuses an attribute with a `;`, which `ctx.cookies` would write as the end of that attribute.
 *
 * @throws TypeError as the core does
 */
function checkAttributes(cookie: Cookie, usual: Cookie): void {
  if (!hasUsual(cookie, usual) || Number.isNaN(cookie.expires?.valueOf())) cookie.serialize('a', '')
}

function isSendable(cookie: Cookie): boolean {
  try {
    cookie.serialize('a', '')
    return true
  } catch {
    return false
  }
}

/** Whether `ctx.cookies` can send a value and read it back. RFC 6265 section 4.1.1 allows less. */
export function isCookieValue(value: string): boolean {
  return /^(?![" ])[\x20-\x3a\x3c-\x7e\x80-\xff]+(?<! )$/.test(value)
}

/**
 * @param usual attributes, already checked
 * @throws Error with the message of `ctx.cookies`, before anything is stored that it would not send
 */
export function checkSendable(about: Diagnosed, ctx: Context, cookie: Cookie, { signed }: Signing, usual: Cookie): void {
  checkAttributes(cookie, usual)
  if (signed && !ctx.app.keys) throw new Error('.keys required for signed cookies')
  if (!cookie.secure || ctx.cookies.secure) return
  withheld(about, connectionOf(ctx))
  throw new Error('Cannot send secure cookie over unencrypted connection')
}
