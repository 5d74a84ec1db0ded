import type { Cookie } from '../core/record/cookie'
import { EXCHANGE, type Host } from '../core/session/session'
import type { CookieBackedStore } from '../core/store/contract'
import type { Settings } from '../core/settings/settings'
import { settingsWith } from '../core/settings/settings-with'
import type { Secret } from '../primitives/secrets'
import { cookieOf, type SessionData } from '../core/record/session-data'
import { CLIENT, shareClient } from '../core/store/store-clients'
import type { Callback, ResultCallback } from '../primitives/callbacks'
import type { StoreClient } from '../core/store/store-client'
import { Undecodable } from './codec'
import type { CookieFormat } from './cookie-format'
import { idOf } from './record-format'

/** In bytes. RFC 6265 section 6.1 asks browsers to accept 4096 bytes of name, value and attributes; most accept no more of name and value. */
const MOST_BYTES = 4093

/** The store of one request whose session is kept in the cookie. What it stores is sent with the response. */
export class CookieSessionStore implements CookieBackedStore {
  [CLIENT]: StoreClient | undefined
  /** The ID of the session in the cookie. */
  #id: string | undefined
  #payload: string | null = null
  /** The session that was read from the payload, until `get` returns it; null if the payload is not a session; undefined before it is read. */
  #record: SessionData | null | undefined
  #closed = false
  failure: Undecodable | undefined

  /**
   * @param secrets the first one signs
   * @param check throws if a cookie could not be sent
   */
  constructor(
    private readonly format: CookieFormat,
    private readonly secrets: () => readonly Secret[],
    private readonly check: (cookie: Cookie) => void = () => {},
  ) {}

  receive(payload: string): string {
    this.#payload = payload
    this.failure = undefined
    // A longer payload was not written by `set`
    this.#record = payload.length > MOST_BYTES ? null : this.#read(payload)
    return (this.#id = (this.#record && idOf(this.#record)) ?? payload)
  }

  payloadOf(id: string | undefined): string | null {
    return id === this.#id ? this.#payload : null
  }

  isOutdated(): boolean {
    const { codec } = this.format
    return Boolean(this.#record && this.#payload !== null && codec.isOutdated?.(this.#payload, this.secrets()))
  }

  close(): void {
    this.#closed = true
  }

  get(id: string, callback: ResultCallback<SessionData | null>): void {
    const payload = this.payloadOf(id)
    if (payload === null) return callback(null, null)
    const record = this.#record === undefined ? this.#read(payload) : this.#record
    // The caller may change the record from now on
    if (record) this.#record = undefined
    callback(null, record)
  }

  set(id: string, session: SessionData, callback: Callback): void {
    if (this.#closed) return callback(new Error('session is kept in the cookie, and the headers are already sent'))
    const { codec, shape, measure } = this.format
    const secrets = this.secrets()
    const payload: unknown = codec.encode(shape.write(session, id), secrets)
    if (typeof payload !== 'string') return callback(new TypeError('encode option must give a string'))
    const bytes = measure(payload, secrets)
    if (bytes > MOST_BYTES) return callback(new RangeError(`session is too large for a cookie: ${bytes} bytes of ${MOST_BYTES}`))
    this.#id = id
    this.#payload = payload
    this.#record = undefined
    callback()
  }

  /** Moves the end, unless it is absolute. */
  touch(id: string, session: SessionData, callback: Callback): void {
    if (this.#closed) callback()
    else this.set(id, session, callback)
  }

  destroy(id: string, callback: Callback): void {
    if (id === this.#id) this.#payload = null
    callback()
  }

  generate(host: object): unknown {
    return (host as Host)[EXCHANGE]?.generate()
  }

  /**
   * Checks a cookie before it is accepted. One that cannot be restored could not be cleared either, and one that a client invented is not an error of
   * the app.
   */
  #checkCookie(cookie: Cookie): void {
    cookie.serialize('a', '')
    this.check(cookie)
  }

  #read(payload: string): SessionData | null {
    try {
      const record: unknown = this.format.codec.decode(payload, this.secrets())
      if (typeof record !== 'object' || !record) return null
      const session = this.format.shape.read(record)
      if (session && !isLifetime(session.cookie.originalMaxAge)) return null
      if (session && 'cookie' in record) this.#checkCookie(cookieOf(session))
      return session ?? null
    } catch (err) {
      // Input of a browser is never an error of the app
      if (err instanceof Undecodable) this.failure = err
      return null
    }
  }
}

/** Whether a lifetime in milliseconds fits into a Date. */
function isLifetime(ms: unknown): boolean {
  return typeof ms !== 'number' || !Number.isNaN(new Date(Date.now() + ms).valueOf())
}

/**
 * The settings of one request, with a store of its own.
 *
 * @param settings shared by all requests
 */
export function withCookieStore(settings: Settings, format: CookieFormat, host: Host, secrets: () => readonly Secret[]): Settings {
  const cookieStore = new CookieSessionStore(format, secrets, cookie => settings.checkCookie?.(host, cookie))
  return settingsWith(settings, { cookieStore, store: cookieStore, storeClient: shareClient(cookieStore, settings.storeClient) })
}
