import depd = require('depd')
import type { CookieDue } from '../core/request/commit'
import { Cookie } from '../core/record/cookie'
import { MOST_CHARACTERS, MOST_SEEN, MOST_TRIED, nextPair, valueAt, valuesIn } from '../primitives/cookie-pairs'
import { checkSize, rejected, repeated } from '../core/diagnostics/cookie-warnings'
import { debug } from '../core/diagnostics/debug'
import type { Diagnosed } from '../core/diagnostics/diagnose'
import type { Secret } from '../primitives/secrets'
import type { Request } from './request'
import { SignatureCache } from './signature-cache'

const deprecate = depd('express-session')

/** How a value of ours begins, with any encoding that decodeURIComponent reads. */
const SIGNED = /^(?:s|%73)(?::|%3[Aa])/

/** One name's cookies, which carry ids, or sessions, under a signature. */
export class SessionCookie {
  readonly #name: string
  readonly #about: Diagnosed
  readonly #signatures = new SignatureCache()

  /** @param diagnostics whether there are warnings */
  constructor(name: string, diagnostics = true) {
    this.#name = name
    this.#about = { name, diagnostics }
  }

  /** The id that the client sent, from the cookie header or from what cookie-parser made of it; undefined where no signature holds. */
  read(req: Request, secrets: readonly Secret[]): string | undefined {
    return this.readHeader(req, secrets) ?? this.#fromCookieParser(req, secrets)
  }

  /**
   * What the client sent in the header itself. cookie-parser, whose secret it may be as well, signs what apps ask it to.
   *
   * @param after how many values whose signature holds are passed over
   */
  readHeader(req: Request, secrets: readonly Secret[], after = 0): string | undefined {
    const header = req.headers?.cookie
    return typeof header === 'string' ? this.#fromHeader(header, secrets, after) : undefined
  }

  /** Whether what was found in the header is signed by another secret than the first one. */
  isOutdated(req: Request, secrets: readonly Secret[], sent: string): boolean {
    return this.#sends(req, secrets, sent) && !this.#sends(req, secrets.slice(0, 1), sent)
  }

  #sends(req: Request, secrets: readonly Secret[], sent: string): boolean {
    let found: string | undefined
    for (let after = 0; (found = this.readHeader(req, secrets, after)) !== undefined; after++) if (found === sent) return true
    return false
  }

  /** The `Set-Cookie` line that says what is due. @throws TypeError where an attribute may not stand in a header */
  write({ plan, cookie, value }: CookieDue, secrets: readonly Secret[]): string {
    const line =
      plan === 'set' ? cookie.serialize(this.#name, this.#signatures.sign(value, secrets)) : ended(cookie).serialize(this.#name, '')
    debug('set-cookie %s', line)
    checkSize(this.#about, line.slice(line.indexOf('=') + 1, line.indexOf(';')))
    return line
  }

  /** Reports why nothing of what the client sent counts. Asked if `read` has found nothing. */
  reportRejected(req: Request): void {
    const values = this.#valuesOf(req)
    if (values.length === 0) return
    rejected(this.#about, values.some(isSigned) ? 'invalid-signature' : 'no-signature', 'secret')
  }

  /** Reports a client that is given a new ID and sends several cookies, of which the old one may come first. */
  reportRepeated(req: Request): void {
    if (this.#valuesOf(req).length > 1) repeated(this.#about)
  }

  #valuesOf(req: Request): string[] {
    const header = req.headers?.cookie
    return typeof header === 'string' ? valuesIn(header, this.#name).filter(Boolean) : []
  }

  /**
   * The first value that verifies, so that a stale cookie of another path or domain does not hide the good one. The work is bounded for any header: a
   * value is decoded once, and only if it begins as a signed one does.
   */
  #fromHeader(header: string, secrets: readonly Secret[], after: number): string | undefined {
    const name = this.#name
    let held = 0
    let seen = 0
    let tried = 0
    let characters = 0
    for (let at = header.indexOf(name); at !== -1 && seen < MOST_SEEN; at = nextPair(header, at, name)) {
      const value = valueAt(header, at, name.length)
      if (value === undefined) continue
      seen++
      const isOurs = isSigned(value)
      if (!isOurs) debug('cookie unsigned')
      if (!isOurs || value.length > MOST_CHARACTERS) continue
      const id = this.#signatures.verify(value, secrets, signedIn)
      if (id !== undefined && held++ === after) {
        if (tried > 0) repeated(this.#about)
        return id
      }
      characters += value.length
      if (++tried === MOST_TRIED || characters >= MOST_CHARACTERS) return undefined
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

/** Whether a value begins as a signed one. Mostly it does as this package writes it, which needs no regular expression. */
function isSigned(value: string): boolean {
  return value.startsWith('s%3A') || SIGNED.test(value)
}

/** RFC 6265 section 3.1: a client forgets a cookie that has ended, if path and domain are the same. */
function ended(cookie: Cookie): Cookie {
  return new Cookie({ ...cookie.data, expires: new Date(0) })
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

function decode(value: string): string {
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
