import depd = require('depd')
import type { CookieDue } from '../core/request/commit'
import { Cookie } from '../core/record/cookie'
import { MOST_CHARACTERS, MOST_SEEN, MOST_TRIED, nextPair, valueAt, valuesIn } from '../primitives/cookie-pairs'
import { checkSize, rejected, repeated } from '../core/diagnostics/cookie-warnings'
import { debug } from '../core/diagnostics/debug'
import type { Diagnosed } from '../core/diagnostics/diagnose'
import { areOfDates, type Secret } from '../primitives/secrets'
import type { Request } from './request'
import { SignatureCache } from './signature-cache'

const deprecate = depd('express-session')

/** The start of a signed value, in each encoding that decodeURIComponent reads. */
const SIGNED = /^(?:s|%73)(?::|%3[Aa])/

/** The cookie of one name. It carries a session ID, or a whole session, with a signature. */
export class SessionCookie {
  readonly #name: string
  readonly #about: Diagnosed
  readonly #signatures = new SignatureCache()

  /** @param diagnostics whether warnings are printed */
  constructor(name: string, diagnostics = true) {
    this.#name = name
    this.#about = { name, diagnostics }
  }

  /** The session ID that the client sent, in the Cookie header or in what cookie-parser read; undefined if no signature is valid. */
  read(req: Request, secrets: readonly Secret[]): string | undefined {
    return this.readHeader(req, secrets) ?? this.#fromCookieParser(req, secrets)
  }

  /**
   * The session ID in the Cookie header. cookie-parser is not asked, because with the same secret it accepts values that the app signed for other
   * purposes.
   *
   * @param after how many values with a valid signature to skip
   */
  readHeader(req: Request, secrets: readonly Secret[], after = 0): string | undefined {
    const header = req.headers?.cookie
    return typeof header === 'string' ? this.#fromHeader(header, secrets, after) : undefined
  }

  /** Whether the value in the header is signed with another secret than the first one. */
  isOutdated(req: Request, secrets: readonly Secret[], sent: string): boolean {
    if (secrets.length < 2 || this.#sends(req, secrets.slice(0, 1), sent)) return false
    return this.#sends(req, secrets, sent)
  }

  #sends(req: Request, secrets: readonly Secret[], sent: string): boolean {
    let found: string | undefined
    for (let after = 0; (found = this.readHeader(req, secrets, after)) !== undefined; after++) if (found === sent) return true
    return false
  }

  /**
   * The `Set-Cookie` line for the cookie that is due.
   *
   * @throws TypeError if an attribute is not valid in a header
   */
  write({ plan, cookie, value }: CookieDue, secrets: readonly Secret[]): string {
    const line =
      plan === 'set' ? cookie.serialize(this.#name, this.#signatures.sign(value, secrets)) : ended(cookie).serialize(this.#name, '')
    debug('set-cookie %s', line)
    checkSize(this.#about, line.slice(line.indexOf('=') + 1, line.indexOf(';')))
    return line
  }

  /** Reports why the client's cookie was rejected. Called if `read` has found no session ID. */
  reportRejected(req: Request): void {
    const values = this.#valuesOf(req)
    if (values.length === 0) return
    rejected(this.#about, values.some(isSigned) ? 'invalid-signature' : 'no-signature', 'secret')
  }

  /** Reports a client that gets a new ID and sends several cookies, because it may send the old one first. */
  reportRepeated(req: Request): void {
    if (this.#valuesOf(req).length > 1) repeated(this.#about)
  }

  #valuesOf(req: Request): string[] {
    const header = req.headers?.cookie
    return typeof header === 'string' ? valuesIn(header, this.#name).filter(Boolean) : []
  }

  /**
   * The first value whose signature is valid, so that a stale cookie of another path or domain does not hide the current one. The work is bounded for
   * every header: each value is decoded at most once, and only if it starts like a signed one.
   */
  #fromHeader(header: string, secrets: readonly Secret[], after: number): string | undefined {
    const name = this.#name
    let valid = 0
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
      if (id !== undefined && valid++ === after) {
        if (tried > 0) repeated(this.#about)
        return id
      }
      characters += value.length
      if (++tried === MOST_TRIED || characters >= MOST_CHARACTERS) return undefined
    }
    return undefined
  }

  /** express-session also reads what cookie-parser has parsed, for requests without a Cookie header. */
  #fromCookieParser(req: Request, secrets: readonly Secret[]): string | undefined {
    const raw = nonEmpty(req.cookies?.[this.#name])
    const id = this.#verified(req, secrets) ?? (raw && this.#signatures.verify(raw, secrets, signedOf))
    if (id) deprecate('cookie should be available in req.headers.cookie')
    return id
  }

  /** The value that cookie-parser has verified. If secrets have dates, it does not count for a cookie in the header: cookie-parser knows no dates. */
  #verified(req: Request, secrets: readonly Secret[]): string | undefined {
    const id = nonEmpty(req.signedCookies?.[this.#name])
    return id && areOfDates(secrets) && this.#valuesOf(req).length > 0 ? undefined : id
  }
}

/** Whether a value starts like a signed one. Values that this package writes need no regular expression. */
function isSigned(value: string): boolean {
  return value.startsWith('s%3A') || SIGNED.test(value)
}

/** A cookie in the past: a client deletes the cookie if path and domain are the same (RFC 6265 section 3.1). */
function ended(cookie: Cookie): Cookie {
  return new Cookie({ ...cookie.data, expires: new Date(0) })
}

/** The ID with its signature in an encoded value. */
function signedIn(value: string): string | undefined {
  return signedOf(decode(value))
}

/** The ID with its signature in a decoded value. */
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

/** cookie-parser sets false for an invalid signature, and an object for a value that starts with `j:`. */
function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value ? value : undefined
}
