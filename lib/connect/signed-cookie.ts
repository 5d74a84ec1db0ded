import depd = require('depd')
import type { CookieDue } from '../core/commit'
import { Cookie } from '../core/cookie'
import { debug } from '../core/debug'
import type { Secret } from '../core/options'
import type { Request } from './request'
import { Signatures } from './signatures'

const deprecate = depd('express-session')

/** How many values of our name are tried: each costs an HMAC, and a header has room for hundreds. */
const MOST_TRIED = 4

/** One name's cookies, which carry ids, or sessions, under a signature. */
export class SignedCookie {
  readonly #name: string
  readonly #signatures = new Signatures()

  constructor(name: string) {
    this.#name = name
  }

  /** The id that the client sent, from the cookie header or from what cookie-parser made of it; undefined where no signature holds. */
  read(req: Request, secrets: readonly Secret[]): string | undefined {
    return this.readHeader(req, secrets) ?? this.#fromCookieParser(req, secrets)
  }

  /** What the client sent in the header itself. cookie-parser, whose secret it may be as well, signs what apps ask it to. */
  readHeader(req: Request, secrets: readonly Secret[]): string | undefined {
    const header = req.headers?.cookie
    return typeof header === 'string' ? this.#fromHeader(header, secrets) : undefined
  }

  /** The `Set-Cookie` line that says what is due. @throws TypeError where an attribute may not stand in a header */
  write({ plan, cookie, value }: CookieDue, secrets: readonly Secret[]): string {
    const line =
      plan === 'set' ? cookie.serialize(this.#name, this.#signatures.sign(value, secrets)) : ended(cookie).serialize(this.#name, '')
    debug('set-cookie %s', line)
    return line
  }

  /** The first value that verifies, so that a stale cookie of another path or domain does not hide the good one. */
  #fromHeader(header: string, secrets: readonly Secret[]): string | undefined {
    const name = this.#name
    let tried = 0
    for (let at = header.indexOf(name); at !== -1 && tried < MOST_TRIED; at = header.indexOf(name, at + name.length)) {
      const value = valueAt(header, at, name.length)
      if (value === undefined) continue
      const id = this.#signatures.verify(value, secrets, signedIn)
      if (id !== undefined) return id
      if (isSigned(value)) tried++
    }
    return undefined
  }

  /** Upstream's older way in, for requests whose cookie header is gone. */
  #fromCookieParser(req: Request, secrets: readonly Secret[]): string | undefined {
    const raw = nonEmpty(req.cookies?.[this.#name])
    const id = nonEmpty(req.signedCookies?.[this.#name]) ?? (raw && this.#signatures.verify(raw, secrets, signedOf))
    if (id) deprecate('cookie should be available in req.headers.cookie')
    return id
  }
}

/** RFC 6265 section 3.1: a client forgets a cookie that has ended, if path and domain are the same. */
function ended(cookie: Cookie): Cookie {
  return new Cookie({ ...cookie.data, expires: new Date(0) })
}

/** How values of ours begin, with and without the encoding of `encodeURIComponent`. */
function isSigned(value: string): boolean {
  return decode(value).startsWith('s:')
}

/** The id with its signature that stands in a value. */
function signedIn(value: string): string | undefined {
  return signedOf(decode(value))
}

/** Likewise, of one that is decoded. */
function signedOf(text: string): string | undefined {
  if (text.startsWith('s:')) return text.slice(2)
  debug('cookie unsigned')
  return undefined
}

/** The value of the pair whose name stands at `at`; undefined where that is part of another name, or of a value. RFC 6265 section 4.2.1. */
function valueAt(header: string, at: number, length: number): string | undefined {
  const before = skipBack(header, at)
  const equals = skip(header, at + length)
  if ((before > 0 && header[before - 1] !== ';') || header[equals] !== '=') return undefined
  const semicolon = header.indexOf(';', equals)
  const end = semicolon === -1 ? header.length : semicolon
  const start = skip(header, equals + 1)
  const value = header.slice(start, Math.max(start, skipBack(header, end)))
  return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

function skip(header: string, from: number): number {
  while (isSpace(header.charCodeAt(from))) from++
  return from
}

function skipBack(header: string, to: number): number {
  while (isSpace(header.charCodeAt(to - 1))) to--
  return to
}

/** A space or a tab: RFC 9110 section 5.6.3. */
function isSpace(code: number): boolean {
  return code === 32 || code === 9
}

function decode(value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** cookie-parser says false for a bad signature, and makes objects of values that begin with `j:`. */
function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value ? value : undefined
}
