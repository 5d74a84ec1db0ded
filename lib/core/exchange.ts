import debugFor = require('debug')
import { Cookie, type CookieOptions } from './cookie'
import { fingerprint } from './fingerprint'
import { EXCHANGE, type Host, type HostExchange } from './host'
import type { Secret, Settings } from './options'
import type { Facts } from './plan'
import { createSession, Session, type SessionData } from './session'
import { isPromise, type SessionStore } from './store-port'

const debug = debugFor('express-session')

/** How ids travel between clients and one kind of host. */
export interface Transport<H extends Host = Host> {
  /** The path that the client asked for, before any router cut it. */
  path(host: H): string
  isSecure(host: H): boolean
  /** The id that the client sent, if its signature holds under one of the secrets. */
  sentId(host: H, secrets: readonly Secret[]): string | undefined
}

/** A session as it was at some moment. */
interface Snapshot {
  readonly id: string | undefined
  readonly text: string
}

/** What the handler left, and what is known of it. */
export interface Seen {
  readonly session: Session | undefined
  readonly facts: Facts
}

const ABSENT: Facts = { present: false, returning: false, modified: false, saved: false, changed: false, renewed: false, expires: false }

/**
 * One request and its response, as the session sees them. It holds what is known between the two verbs, `open` and `commit`, and knows
 * nothing of HTTP.
 */
export class Exchange<H extends Host = Host> implements HostExchange {
  /** The secrets that hold for this exchange; the first one signs. */
  secrets: readonly Secret[] = []
  /** The id that the client sent and whose signature held. */
  sentId: string | undefined
  /** The cookie options that `open` asked for, until the session that they are for is generated. */
  cookieOptions: CookieOptions | undefined
  /** The session's expiry has been set anew, which is done once. */
  touched = false
  /** A commit has already moved the expiry in the store. */
  renewed = false
  /** A commit has failed: the response that reports it is none of the session's. */
  failed = false
  /** What the last commit saw. */
  seen: Seen | undefined
  #base: Snapshot = { id: undefined, text: '' }
  #saved: Snapshot | undefined
  #cookie: Cookie | undefined

  constructor(
    readonly settings: Settings<H>,
    readonly transport: Transport<H>,
    readonly host: H,
  ) {}

  get store(): SessionStore {
    return this.settings.store
  }

  generate(): void | Promise<void> {
    const id = this.settings.genid(this.host)
    const options = this.cookieOptions ?? this.settings.cookieOptions(this.host)
    this.cookieOptions = undefined
    if (!isPromise(id) && !isPromise(options)) return this.#renew(id, options)
    return Promise.all([id, options]).then(([id, options]) => this.#renew(id, options))
  }

  #renew(id: string, options: CookieOptions): void {
    this.host.sessionID = id
    const session = new Session(this.host)
    const cookie = new Cookie(options)
    if (options.secure === 'auto') cookie.secure = this.transport.isSecure(this.host)
    if (options.sameSite === 'auto') cookie.sameSite = this.transport.isSecure(this.host) ? 'none' : 'lax'
    this.#cookie = session.cookie = cookie
    this.host.session = session
  }

  /** The session on the host is what the exchange begins with. @param record where it was loaded from */
  begin(record: object): void {
    this.#base = { id: this.host.sessionID, text: fingerprint(record) }
    this.#cookie = this.host.session?.cookie
  }

  saving(session: Session): void {
    debug('saving %s', session.id)
    this.#saved = { id: session.id, text: fingerprint(session) }
  }

  /**
   * The session that the handler left, if any. An object that it put in the session's place becomes one, under the same id and cookie.
   *
   * @throws TypeError for anything else
   */
  session(): Session | undefined {
    const left: unknown = this.host.session
    if (!left) return undefined
    if (typeof (left as Session).touch === 'function') return left as Session
    if (typeof left !== 'object') throw new TypeError('req.session must be an object, null or undefined')
    return createSession(this.host, { cookie: this.#cookie, ...left } as SessionData)
  }

  look(): Seen {
    const session = this.session()
    return { session, facts: session ? this.#facts(session) : ABSENT }
  }

  #facts(session: Session): Facts {
    const text = fingerprint(session)
    const modified = this.#base.id !== session.id || this.#base.text !== text
    const saved = this.#saved?.id === session.id ? this.#saved : undefined
    return {
      present: true,
      returning: this.sentId === this.host.sessionID,
      modified,
      saved: saved !== undefined,
      changed: saved ? saved.text !== text : modified,
      renewed: this.renewed,
      expires: session.cookie.expires != null,
    }
  }
}

/**
 * Gives a store its `generate`, as upstream does, for the store's `regenerate` and for apps that call it. With several middlewares on one store
 * the host's own one answers; for a host that met none, the one that came last.
 */
export function lendGenerate<H extends Host>(settings: Settings<H>, transport: Transport<H>): void {
  settings.store.generate = host => {
    const exchange = (host as Host)[EXCHANGE]
    if (exchange?.store === settings.store) return exchange.generate()
    return new Exchange(settings, transport, host as H).generate()
  }
}
