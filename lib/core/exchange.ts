import debugFor = require('debug')
import { Cookie, type AnyCookie, type CookieData, type CookieOptions } from './cookie'
import { fingerprint } from './fingerprint'
import type { Base, Hold } from './hold'
import { Holder } from './holder'
import { EXCHANGE, type Change, type Host, type HostExchange } from './host'
import type { Secret, Settings } from './options'
import type { Facts, Plan } from './plan'
import { cookieDataOf, refresh, save, update } from './saving'
import { createSession, liveCookie, Session, type SessionData } from './session'
import { isPromise, type Callback, type SessionStore } from './store-port'
import { Underway } from './underway'

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

/** A session as the store was given it. */
export interface Given extends Snapshot, Base {
  readonly id: string
  /** The cookie's, as JSON. */
  readonly attributes: string
}

/** What the handler left, and what is known of it. */
export interface Seen {
  readonly session: Session | undefined
  readonly facts: Facts
}

/**
 * One request and its response, as the session sees them. It holds what is known between the two verbs, `open` and `commit`, and knows
 * nothing of HTTP.
 */
export class Exchange<H extends Host = Host> implements HostExchange {
  /** The id that the client sent and whose signature held. */
  sentId: string | undefined
  /** The cookie options that `open` asked for, until the session that they are for is generated. */
  cookieOptions: CookieOptions | undefined
  /** The session's expiry has been set anew, which is done once. */
  touched = false
  /** What the last commit has done. */
  done: Plan | undefined
  /** The session that the handler left cannot be serialised: nothing more is tried, and the response that reports it is none of the session's. */
  failed = false
  /** The store could not say what it has under the id that the client sent. */
  unread = false
  /** What the last commit saw. */
  seen: Seen | undefined
  readonly underway = new Underway()
  readonly holder: Holder
  #base: Snapshot = { id: undefined, text: '' }
  /** What the store was last seen with. */
  #stored: (Snapshot & Base) | undefined
  /** What the store was last given. */
  #given: Given | undefined
  /** The cookie that was saved in this exchange, if one was. */
  #saved: string | undefined
  #destroyed: string | undefined
  #cookie: AnyCookie | undefined
  /** Hidden from whoever prints a request. */
  #secrets: readonly Secret[] = []

  constructor(
    readonly settings: Settings<H>,
    readonly transport: Transport<H>,
    readonly host: H,
  ) {
    this.holder = new Holder(host, settings.port.inFlight)
  }

  get store(): SessionStore {
    return this.settings.store
  }

  /** The secrets that hold for this exchange; the first one signs. */
  get secrets(): readonly Secret[] {
    return this.#secrets
  }

  get entered(): boolean {
    return this.host[EXCHANGE] === this
  }

  /** The exchange is the host's from now on, with these secrets. */
  enter(secrets: readonly Secret[]): void {
    this.#secrets = secrets
    Object.defineProperty(this.host, EXCHANGE, { value: this, configurable: true, writable: true })
    this.host.sessionStore = this.settings.store
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
    this.renewed()
    const session = new Session(this.host)
    const cookie = new Cookie(options)
    if (options.secure === 'auto') cookie.secure = this.transport.isSecure(this.host)
    if (options.sameSite === 'auto') cookie.sameSite = this.transport.isSecure(this.host) ? 'none' : 'lax'
    this.#cookie = session.cookie = cookie
    this.host.session = session
  }

  /** The session on the host is what the exchange begins with. @param record what the store had of it at that moment; nothing where it is new */
  begin(record?: SessionData, moment?: number): void {
    if (record) this.read(this.host.sessionID as string, moment, record)
    this.#base = (record && this.#stored) ?? { id: this.host.sessionID, text: fingerprint(this.host.session ?? {}) }
    this.#cookie = this.host.session?.cookie
  }

  reading(id: string): number | undefined {
    return this.settings.concurrency === 'off' ? undefined : this.holder.on(id).moment
  }

  read(id: string, moment: number | undefined, record: SessionData | null | undefined): void {
    const base = record ? { id, text: fingerprint(record), cookie: record.cookie } : undefined
    if (base) this.#stored = base
    const { hold } = this.holder
    if (hold?.id === id && moment !== undefined) hold.read(moment, base)
  }

  save(session: Session, done: Callback): void {
    save(this, session, done)
  }

  update(session: Session, change: Change, done: Callback): void {
    update(this, session, change, done)
  }

  /** What of the session goes to the store. */
  giving(session: Session): Given {
    debug('saving %s', session.id)
    const { data } = liveCookie(session).cookie as Cookie
    return (this.#given = { id: session.id, text: fingerprint(session), cookie: data, attributes: attributes(data) })
  }

  /** The store has it. Said of a failed save too: the app's error handler is told, and the same is not tried again. */
  arrived(given = this.#given): void {
    this.#stored = given
    this.#saved = given?.attributes
  }

  /** @param act asks the store for something, behind whatever this process asks of it about that session */
  holding(id: string, done: Callback, act: (hold: Hold, finish: Callback) => void, shared?: boolean): void {
    const hold = this.holder.on(id)
    // With concurrency off nothing is held but for an update, and saves pass it by
    if (this.settings.concurrency === 'off' && this.#stored?.id === id) hold.base = this.#stored
    hold.run(done, finish => act(hold, finish), shared)
    this.holder.letGo()
  }

  renewed(): void {
    const { hold } = this.holder
    if (hold && hold.id === this.host.sessionID) hold.renew()
  }

  /** Whether the exchange has changed the session's cookie while others have the session. */
  hasNewCookie(id: string, session: Session): boolean {
    const { hold } = this.holder
    if (hold?.id !== id || !hold.base || (hold.current && hold.flight.holders === 1)) return false
    return attributes(cookieDataOf(hold.base)) !== attributes((session.cookie as Cookie).data)
  }

  /**
   * What becomes of the session's cookie while others set it: theirs, where the exchange left it as it was.
   *
   * @returns whether there is a session to set it for
   */
  freshen(session: Session): boolean {
    const { hold } = this.holder
    if (hold?.id !== session.id) return true
    const { base, flight } = hold
    if (base && flight.cookie && !hold.current) refresh(session, base, flight as { cookie: AnyCookie })
    return !hold.dead
  }

  destroying(session: Session): void {
    this.#destroyed = session.id
  }

  /**
   * The session that the handler left, if any. An object that it put in the session's place becomes one, under the same id and cookie; under a new
   * id where the session of the old one has been destroyed. A cookie made of plain data becomes one too.
   *
   * @throws TypeError for anything else
   */
  session(): Session | undefined {
    const left: unknown = this.host.session
    if (!left) return undefined
    if (typeof left !== 'object') throw new TypeError('req.session must be an object, null or undefined')
    if (typeof (left as Session).touch !== 'function') return this.#adopt(left as SessionData)
    return liveCookie(left as Session)
  }

  #adopt(data: SessionData): Session {
    if (this.#destroyed === this.host.sessionID && isPromise(this.generate())) {
      throw new TypeError('req.session was destroyed; regenerate it, where genid or cookie are async')
    }
    return createSession(this.host, Object.assign({ cookie: this.#cookie }, data))
  }

  look(): Seen {
    const session = this.session()
    return { session, facts: session ? this.#facts(session) : { ...ABSENT, unread: this.unread, done: this.done } }
  }

  #facts(session: Session): Facts {
    const now = { id: session.id, text: fingerprint(session) }
    return {
      present: true,
      unread: this.unread,
      returning: this.sentId === this.host.sessionID,
      modified: !same(now, this.#base),
      saved: this.#saved !== undefined && this.#stored?.id === session.id,
      changed: !same(now, this.#stored),
      cookieChanged: this.#saved !== undefined && this.#saved !== attributes((session.cookie as Cookie).data),
      done: this.done,
      expires: session.cookie.expires != null,
    }
  }
}

const ABSENT = { present: false, returning: false, modified: false, saved: false, changed: false, cookieChanged: false, expires: false }

/** A cookie in stored form, but for the expiry, which moves by itself. */
function attributes(cookie: CookieData): string {
  return JSON.stringify({ ...cookie, expires: undefined })
}

function same(a: Snapshot, b: Snapshot | undefined): boolean {
  return b !== undefined && a.id === b.id && a.text === b.text
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
