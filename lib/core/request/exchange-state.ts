import type { Callback } from '../../primitives/callbacks'
import type { AnyCookie, Cookie, CookieOptions } from '../record/cookie'
import { cookieFor } from '../settings/cookie-for'
import { debug } from '../diagnostics/debug'
import type { Deadline } from '../concurrency/deadline'
import type { Transaction } from '../concurrency/transaction'
import type { Read, Version } from '../record/snapshot'
import { RequestLifetime } from '../concurrency/request-lifetime'
import type { Host, Session } from '../session/session'
import { ChangeTracker, type Written } from './change-tracker'
import { SessionLifetime } from '../lifetime/session-lifetime'
import type { Settings } from '../settings/settings'
import type { Secret } from '../../primitives/secrets'
import type { Facts, Plan, Seen } from './plan'
import { liveCookie } from '../record/session-data'
import { endOf, isEnded } from '../session/session-end'
import { shareClient } from '../store/ports'
import type { SessionStore } from '../store/contract'
import type { StoreClient } from '../store/store-client'
import type { Transport } from '../settings/transport'
import { WaitGroup } from '../../primitives/wait-group'

/** What is known of one exchange, and what its steps have in common: between `open` and `commit` this is all that they share. */
export class ExchangeState<H extends Host = Host> {
  /** The id that the client sent and whose signature held. */
  sentId: string | undefined
  /** The cookie that the client sent is signed or sealed with another secret than the one that is used now, and is to be sent again. */
  outdated = false
  /** The cookie options that `open` asked for, until the session that they are for is generated. */
  cookieOptions: CookieOptions | undefined
  /** The session's expiry has been set anew, which is done once. */
  touched = false
  /** What the last commit has done. */
  done: Plan | undefined
  /** The session that the handler left cannot be serialised: nothing more is tried, and the response that reports it is none of the session's. */
  failed = false
  /** How many IDs that the client sent the store did not have. */
  missed = 0
  /** The store could not say what it has under the id that the client sent. */
  unread = false
  /** For want of the session that the store could not give, the handler has an empty one, which is not stored and not told of. */
  anonymous = false
  /** The request only reads its session. */
  isReadOnly = false
  /** The id of the session that was generated last. */
  generated: string | undefined
  /** What the last commit saw. */
  seen: Seen | undefined
  readonly underway = new WaitGroup()
  readonly holder: RequestLifetime
  readonly changes = new ChangeTracker()
  /** Of sessions with limits, or with what a process with limits has left in them. */
  lifetime: SessionLifetime | undefined
  #destroyed: Session | undefined
  /** The session that the client sent, when another one has taken its place. */
  replacedSession: Session | undefined
  #cookie: AnyCookie | undefined
  /** Hidden from whoever prints a request. */
  #secrets: readonly Secret[] = []

  constructor(
    readonly settings: Settings<H>,
    readonly transport: Transport<H>,
    readonly host: H,
  ) {
    this.holder = new RequestLifetime(host)
    if (settings.lifetime) this.lifetime = new SessionLifetime(settings)
  }

  /** Of the store that the request has by now. An app may put another in its place, to trace its calls or to keep tenants apart. */
  get port(): StoreClient {
    const { store, port } = this.settings
    const { sessionStore } = this.host
    return sessionStore === store || !sessionStore ? port : shareClient(sessionStore, port)
  }

  get store(): SessionStore {
    return this.settings.store
  }

  /** The secrets that hold for this exchange; the first one signs. */
  get secrets(): readonly Secret[] {
    return this.#secrets
  }

  /** Once, when the exchange is entered. */
  protected set secrets(secrets: readonly Secret[]) {
    this.#secrets = secrets
  }

  /** A new cookie. */
  cookieOf(options: CookieOptions): Cookie {
    return cookieFor(this, options)
  }

  /** The session on the host is what the exchange begins with. @param read what the store had of it; nothing where it is new */
  begin(read?: Read): void {
    const { session, sessionID } = this.host
    if (read) this.read(sessionID as string, read)
    this.changes.begin(sessionID, read ? undefined : (session ?? {}))
    this.#cookie = session?.cookie
    if (session) this.changes.watch(session.cookie as Cookie, this.settings.family, this.settings.lifetime?.idle)
  }

  /** The cookie that the client was to have, or a new session's. */
  get cookie(): Cookie | undefined {
    return this.#cookie as Cookie | undefined
  }

  set cookie(cookie: AnyCookie | undefined) {
    this.#cookie = cookie
  }

  reading(id: string): number | undefined {
    return this.settings.concurrency === 'off' ? undefined : this.holder.on(id, this.port).moment
  }

  read(id: string, read: Read): void {
    const { record, moment } = read
    // Another process may have limits, if this one has none
    if (read.marks) this.lifetime ??= new SessionLifetime(this.settings)
    if (record) this.lifetime?.read(id, read)
    const base = record ? this.changes.read(id, record, read) : undefined
    if (base) this.anonymous = this.unread = false
    const { transaction } = this.holder
    if (transaction?.id === id && moment !== undefined) transaction.read(moment, base)
  }

  /** What of the session goes to the store. @param text of its data, if known. @throws where that cannot be stored, or its cookie not sent */
  giving(session: Session, text?: string): Written {
    debug('saving %s', session.id)
    const { cookie } = liveCookie(session)
    this.settings.checkCookie?.(this.host, cookie as Cookie)
    return this.changes.giving(session, text)
  }

  /** @param act saves the session as the last commit saw it, which need not be written out again */
  asSeen(act: () => void): void {
    if (this.settings.beforeSave) act()
    else this.changes.unchanged(act)
  }

  /** The store has it. Said of a failed save too: the app's error handler is told, and the same is not tried again. */
  arrived(given?: Written): void {
    if (given) this.settings.touches?.note(given.id)
    this.changes.arrived(given)
  }

  /** The id that was made for a new session is somebody's: neither their session nor their cookie may become the client's. */
  taken(): Error {
    this.failed = true
    return new Error('session id is in use')
  }

  /** @param act asks the store for something, behind whatever this process asks of it about that session */
  transact(
    id: string,
    done: Callback,
    act: (transaction: Transaction, finish: Callback, deadline: Deadline) => void,
    shared?: boolean,
  ): void {
    const { port } = this
    const transaction = this.holder.on(id, port)
    this.#recall(transaction)
    if (port.answersAtOnce && transaction.active.isIdle) transaction.runAtOnce(done, act)
    else transaction.run(port.deadline(), done, act, shared)
    this.holder.letGo()
  }

  /** Tells a transaction what the exchange knows of its session. */
  #recall(transaction: Transaction): void {
    const { generated, replacedSession, settings, changes } = this
    const { id } = transaction
    // An object of the session that the handler has kept may have been made by a reload, and does not know of the end
    if (id !== generated && replacedSession?.id === id && isEnded(replacedSession)) transaction.missing = true
    if (changes.stored?.id !== id) return
    // With concurrency off only an update has a transaction, and saves do not use it
    if (settings.concurrency === 'off') {
      if (this.port === settings.port) transaction.base = changes.stored
    } else if (id === generated && id !== this.sentId) transaction.base ??= changes.stored
  }

  renewed(before?: Session): void {
    if (before && before.id === this.sentId) this.replacedSession = before
    const { transaction } = this.holder
    if (transaction && transaction.id === this.host.sessionID) transaction.renew()
  }

  /** The session has another ID, under which the store has it. @param version of a store that compares */
  moved(before: Session, after: Session, version: Version | undefined): void {
    this.generated = after.id
    this.#cookie = after.cookie
    this.renewed(before)
    const given = this.changes.giving(after)
    this.arrived(given)
    this.holder.on(after.id, this.port).wrote({ text: given.text, cookie: given.cookie, version }, after, true)
  }

  destroying(session: Session): void {
    this.#destroyed = session
  }

  /** What the store said of the client's session, in whose place the handler asked for another. */
  get replaced(): Facts['destroyed'] {
    return endOf(this.replacedSession)
  }

  /** What the store said to the handler, where that asked for the session's end itself. */
  get destroyed(): Facts['destroyed'] {
    return this.#destroyed?.id === this.host.sessionID ? endOf(this.#destroyed) : undefined
  }
}
