import type { AnyCookie, Cookie, CookieOptions } from '../record/cookie'
import { cookieFor } from '../settings/cookie-for'
import { debug } from '../diagnostics/debug'
import type { Transaction } from '../concurrency/transaction'
import type { Read, Version, Written } from '../record/snapshot'
import { RequestLifetime } from '../concurrency/request-lifetime'
import type { Host, Session } from '../session/session'
import { ChangeTracker } from './change-tracker'
import { SessionLifetime } from '../lifetime/session-lifetime'
import { isOver, readsEnd } from '../lifetime/limits'
import type { Settings } from '../settings/settings'
import type { Secret } from '../../primitives/secrets'
import type { Facts, Plan } from './plan'
import { RenewalState } from './renewal/renewal-state'
import { liveCookie, type SessionData } from '../record/session-data'
import { endOf, isEnded } from '../session/session-end'
import { shareClient } from '../store/store-clients'
import type { StoreClient } from '../store/store-client'
import type { Transport } from '../settings/transport'
import { WaitGroup } from '../../primitives/wait-group'

/** The state of one exchange, which its steps share between `open` and `commit`. */
export class ExchangeState extends RenewalState {
  /** The cookie options that `open` has evaluated, until a session is generated. */
  cookieOptions: CookieOptions | undefined
  /** The session's lifetime has been restarted, which is done once. */
  touched = false
  /** What the last commit did. */
  lastPlan: Plan | undefined
  /** The session could not be stored. Nothing more is tried, and the response that reports the error sets no cookie. */
  failed = false
  /** The number of IDs that the client sent and the store does not have. */
  missed = 0
  /** The session of the client's ID could not be read. */
  unread = false
  /** The handler has an empty session in place of the one that could not be read. It is not stored, and its cookie is not sent. */
  anonymous = false
  /** The ID of the session that was generated last. */
  generated: string | undefined
  readonly underway = new WaitGroup()
  readonly requestLifetime: RequestLifetime
  readonly changes = new ChangeTracker()
  /** Of sessions with limits, or with what a process with limits has left in them. */
  lifetime: SessionLifetime | undefined
  #destroyed: Session | undefined
  /** The session that the client had, after another one has taken its place. */
  replacedSession: Session | undefined
  #cookie: AnyCookie | undefined
  /** Private, so that it is not printed with a request. */
  #secrets: readonly Secret[] = []

  constructor(
    readonly settings: Settings,
    readonly transport: Transport,
    readonly host: Host,
  ) {
    super()
    this.requestLifetime = new RequestLifetime(host)
    if (settings.lifetime) this.lifetime = new SessionLifetime(settings)
  }

  /** The client of `req.sessionStore`. An app may replace that, to trace its calls or to separate tenants. */
  get storeClient(): StoreClient {
    const { store, storeClient } = this.settings
    const { sessionStore } = this.host
    return sessionStore === store || !sessionStore ? storeClient : shareClient(sessionStore, storeClient)
  }

  isOver(record: SessionData): boolean {
    return isOver(this, record)
  }

  /** The secrets that are valid for this exchange; the first one signs. */
  get secrets(): readonly Secret[] {
    return this.#secrets
  }

  /** Set once, by `enter`. */
  protected set secrets(secrets: readonly Secret[]) {
    this.#secrets = secrets
  }

  /** Creates a cookie. */
  cookieOf(options: CookieOptions): Cookie {
    return cookieFor(this, options)
  }

  /** The exchange begins with the session on the host. @param read what the store returned; undefined if the session is new */
  begin(read?: Read): void {
    const { session, sessionID } = this.host
    if (read) this.read(sessionID as string, read)
    this.changes.begin(sessionID, read ? undefined : (session ?? {}))
    this.#cookie = session?.cookie
    if (session) this.changes.watch(session.cookie as Cookie, this.settings.family, read, this.settings.lifetime?.idle)
  }

  /** The cookie of the session that the exchange began with, or of the new one. */
  get cookie(): Cookie | undefined {
    return this.#cookie as Cookie | undefined
  }

  set cookie(cookie: AnyCookie | undefined) {
    this.#cookie = cookie
  }

  reading(id: string): number | undefined {
    return this.settings.concurrency === 'off' ? undefined : this.requestLifetime.on(id, this.storeClient).moment
  }

  read(id: string, read: Read): void {
    const { record, moment } = read
    // Another process may have limits, if this one has none
    if (read.marks) this.lifetime ??= new SessionLifetime(this.settings)
    if (record) this.lifetime?.read(id, read)
    const base = record ? this.changes.read(id, record, read, this.host.session) : undefined
    if (base) this.anonymous = this.unread = false
    const { transaction } = this.requestLifetime
    if (transaction?.id === id && moment !== undefined) transaction.read(moment, base)
  }

  /** @param text of the session's data, if known. @returns the session as it is passed to the store. @throws if it cannot be serialised, or its cookie not sent */
  prepareWrite(session: Session, text?: string): Written {
    debug('saving %s', session.id)
    const cookie = storableCookie(session)
    this.settings.checkCookie?.(this.host, cookie)
    return this.changes.writtenForm(session, text)
  }

  /** The store has the session. */
  stored(given: Written): void {
    const { touches, keepsIdle } = this.settings
    // A save that has left the end as it was is no reason to put off a touch: that of the app may come before the lifetime of the cookie is restarted
    const movesEnd = keepsIdle || this.touched || !given.cookie.expires
    if (movesEnd && !readsEnd(this)) touches?.note(given.id)
    this.changes.wrote(given)
  }

  /** The ID that was generated for a new session is in use: the client must not get the other session, nor a cookie for it. */
  idInUse(): Error {
    this.failed = true
    return new Error('session id is in use')
  }

  /** The transaction of the session with this ID. It knows what the exchange knows. */
  transactionOf(id: string): Transaction {
    const { generated, replacedSession, settings, changes, storeClient } = this
    const transaction = this.requestLifetime.on(id, storeClient)
    // The handler may still have an object of the old session, perhaps made by a reload
    if (id !== generated && replacedSession?.id === id && isEnded(replacedSession)) transaction.missing = true
    const { known } = changes
    if (known?.id !== id) return transaction
    // With concurrency off, only updates have a transaction; saves do not change it
    if (settings.concurrency === 'off') {
      if (storeClient === settings.storeClient) transaction.base = known
    } else if (id === generated && id !== this.sentId) transaction.base ??= known
    return transaction
  }

  renewed(before?: Session): void {
    if (before && before.id === this.sentId) this.replacedSession = before
    const { transaction } = this.requestLifetime
    if (transaction && transaction.id === this.host.sessionID) transaction.renew()
  }

  /**
   * The session has a new ID, under which it is stored.
   *
   * @param version from a store with compareAndSet
   */
  moved(before: Session, after: Session, version: Version | undefined): void {
    this.generated = after.id
    this.#cookie = after.cookie
    this.renewed(before)
    const given = this.changes.writtenForm(after)
    this.stored(given)
    const transaction = this.requestLifetime.on(after.id, this.storeClient)
    transaction.active.wrote(after, given.cookie, version)
    transaction.wrote({ text: given.text, cookie: given.cookie, version }, true)
  }

  destroying(session: Session): void {
    this.#destroyed = session
  }

  /** The result of ending the client's session, in whose place the handler asked for another. */
  get replaced(): Facts['destroyed'] {
    return endOf(this.replacedSession)
  }

  /** The result of ending the session, if the handler destroyed it. */
  get destroyed(): Facts['destroyed'] {
    return this.#destroyed?.id === this.host.sessionID ? endOf(this.#destroyed) : undefined
  }
}

/** The cookie of a session, whose end has not passed. The record's may have, if touches move an end that the store keeps elsewhere. */
function storableCookie(session: Session): Cookie {
  const cookie = liveCookie(session).cookie as Cookie
  if ((cookie.maxAge as number) < 0) cookie.maxAge = cookie.originalMaxAge
  return cookie
}
