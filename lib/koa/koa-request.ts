import { fromCallbackUnlessSync, ignoreRejection, type Callback } from '../primitives/callbacks'
import { whenClosed } from '../primitives/http'
import { dropped } from '../core/diagnostics/cookie-warnings'
import { Exchange } from '../core/request/exchange'
import type { Change, EXCHANGE, HostExchange } from '../core/session/session'
import { open } from '../core/request/open'
import type { SessionStore } from '../core/store/contract'
import { updateOn } from '../core/session/update'
import { sessionBehind, type CarriedSession, type KoaHost } from './session/carried-session'
import type { Lifetime } from './session/lifetime'
import type { Context } from './context'
import type { AnyStore } from './settings/store-adapters'
import type { KoaSettings } from './settings/koa-settings'
import { KoaCommit } from './koa-commit'
import { CONTEXT, WITHOUT_SESSION } from './context-transport'
import { KoaSession } from './session/koa-session'
import { mirrorStore } from './request-mirror'
import { COOKIE } from './session/owned-names'
import { applyEarlyOptions, type EarlyOptions } from './session/session-options'
import { assignable, isTakeable } from './session/shown-session'

/**
 * The host of the session of one Koa context. A context whose client has sent no session costs little until the app uses its session: the exchange is
 * made, and the session opened, when they are first needed.
 */
export class KoaRequest implements KoaHost {
  declare session?: CarriedSession | null | undefined
  declare sessionID?: string | undefined
  declare sessionStore?: SessionStore;
  declare [EXCHANGE]?: HostExchange
  /** Identifies the host: a copy of a session refers to a copy of its host. */
  readonly self: this = this
  /** Whether the middleware has run for the context. */
  claimed = false
  /** The ID that an earlier middleware has set on the context, instead of the one from the client. */
  forcedId: string | undefined
  /** Whether the session may wait for a store that is disconnected. One that was put off is opened synchronously. */
  mayWait = true
  /** `ctx.sessionSave`: whether to save, regardless of changes. */
  sessionSave: boolean | null = null
  /** The lifetime that the app has set in this request. As in koa-session it applies to the current `ctx.session`. */
  lifetime: { readonly value: Lifetime } | undefined
  /** What the app has set in `ctx.sessionOptions` before the session was opened. */
  declare earlyOptions?: EarlyOptions | undefined
  /** Whether a session of this request was read from a record. */
  hasRead = false
  /** The end of the request saves even without changes. */
  mustSave = false
  /** The ID of a session that the app has ended and replaced by another. */
  ended: string | undefined
  /** The value of `ctx.sessionStore`. */
  userStore: AnyStore | undefined
  #exchange: Exchange | undefined
  #commit: KoaCommit | undefined
  #opened: Promise<void> | 'at once' | 'postponed' | undefined
  /** Whether the session has been read. */
  #isOpen = false
  /** The value of `ctx.session` while the opening is put off. */
  #early: KoaSession | undefined
  /** What the app has assigned before the session was read. */
  #assigned: { readonly value: object | null } | undefined
  /** The app has replaced the session that was read. */
  #isReplaced = false

  /** @param isStandIn for a context that the middleware has not reached: the client's session is not read, the session is new */
  constructor(
    readonly ctx: Context,
    readonly settings: KoaSettings,
    readonly isStandIn = false,
  ) {
    this.userStore = settings.userStore
    if (!settings.postpones) this.#exchange = this.#begin()
  }

  get Session(): typeof CarriedSession {
    return this.settings.Session
  }

  get exchange(): Exchange {
    const exchange = (this.#exchange ??= this.#begin())
    this.openPostponed()
    return exchange
  }

  #begin(): Exchange {
    const exchange = new Exchange(this.settings.of(this), this.isStandIn ? WITHOUT_SESSION : CONTEXT, this)
    exchange.requestLifetime.watch(whenClosed, this.ctx.res)
    if (!this.isStandIn) mirrorStore(this.ctx.req, this)
    return exchange
  }

  /** Whether the session's cookie is for other paths. This is known without reading it; a deferred session waits for nothing else. */
  get isOutsidePath(): boolean {
    if (this.#opened === 'postponed') return false
    if (this.#isOpen) return !this.exchange.entered
    return this.settings.defer && !CONTEXT.path(this).startsWith(this.settings.cookie.path ?? '/')
  }

  /**
   * Reads the session, once.
   *
   * @returns a promise if it is asynchronous
   */
  open(): Promise<void> | undefined {
    this.openPostponed()
    if (!this.#opened) {
      const { exchange } = this
      // While it is read synchronously, a callback such as `valid` sees no session
      this.#opened = 'at once'
      this.#opened = fromCallbackUnlessSync(done => open(exchange, err => this.#open(err, done))) ?? 'at once'
    }
    if (this.#opened instanceof Promise) return this.#opened.then(() => this.#putAssigned())
    return void this.#putAssigned()
  }

  /**
   * As `open`, but without a session in the request it is put off until the app uses it.
   *
   * @returns a promise if it is asynchronous
   */
  openInTime(): Promise<void> | undefined {
    const isBegun = this.#exchange !== undefined || this.#assigned !== undefined || this.forcedId !== undefined
    if (isBegun || !this.settings.postpones?.(this.ctx)) return this.open()
    this.mayWait = false
    return void (this.#opened = 'postponed')
  }

  /** Opens what was put off. It is synchronous, because there is nothing to read. */
  openPostponed(): void {
    if (this.#opened !== 'postponed') return
    this.#opened = undefined
    void this.open()?.catch(() => {})
    if (this.#early) this.session?.take(this.#early)
  }

  /** The session of `ctx.session`, when a member of it is used. */
  get carried(): CarriedSession {
    this.openPostponed()
    return this.session as CarriedSession
  }

  #putAssigned(): void {
    const assigned = this.#assigned
    this.#assigned = undefined
    if (assigned && !this.isOutsidePath) this.#put(assigned.value)
  }

  #open(err: unknown, done: Callback): void {
    const failure = err || applyEarlyOptions(this)
    this.#isOpen = !failure
    if (failure) this.exchange.requestLifetime.end()
    done(failure)
  }

  /**
   * The value of `ctx.session`.
   *
   * @throws errors of `decode`, with decodeErrors: 'throw'
   */
  read(): unknown {
    if (this.#opened === 'postponed' && this.settings.showsEarly) return (this.#early ??= new KoaSession(this))
    const { failure } = this.exchange.settings.cookieStore ?? {}
    if (failure && !this.#isReplaced) throw failure.reason
    if (this.settings.defer) return ignoreRejection(Promise.resolve(this.open()).then(() => this.shown))
    this.#readAtOnce()
    return this.shown
  }

  /** Before the middleware runs, only sessions that can be read synchronously are read. */
  #readAtOnce(): void {
    if (this.settings.immediate && !this.#opened) void this.open()?.catch(() => {})
  }

  /** The object at `ctx.session`; undefined before the session is read. */
  get shown(): object | null | undefined {
    this.openPostponed()
    if (!this.#isOpen || !this.exchange.entered) return undefined
    return this.session?.shown ?? null
  }

  /** The object at `ctx.req.session`, like express-session's. */
  get onRequest(): object | null | undefined {
    this.openPostponed()
    return this.session && this.session.onRequest
  }

  /**
   * `ctx.session = value`.
   *
   * @throws TypeError if it is not an object
   */
  assign(value: unknown): void {
    const assigned = assignable(value, this.settings.names)
    this.#readAtOnce()
    if (this.shown === undefined) this.#assigned = { value: assigned }
    else this.#put(assigned)
  }

  /** Replaces the session, with the same cookie. */
  #put(value: object | null): void {
    this.#isReplaced = true
    const known = value && sessionBehind(value)
    if (value === null || known?.req.self === this) return void (this.session = known ?? null)
    if (!this.session) this.ended = this.sessionID
    const { cookie, maxAge } = value as { cookie?: object; maxAge?: Lifetime }
    const session = this.#sessionOf(value)
    session.cookie = this.exchange.cookie as CarriedSession['cookie']
    session.isNew = false
    this.session = session
    const { names } = this.settings
    if (names === 'cookie') Object.assign((session.shown as { cookie: object }).cookie, cookie)
    if (names === 'koa-session' && maxAge !== undefined) session.lifetime = maxAge
  }

  /** A session with the data of an object of the app. Except in koa-session, it is that object, which the app may go on changing. */
  #sessionOf(value: object): CarriedSession {
    const { names, Session } = this.settings
    if (names === 'koa-session' || !isTakeable(value)) return new Session(this, names === 'cookie' ? value : COOKIE.escape(value))
    const session = new Session(this)
    session.take(value)
    return session
  }

  get #commits(): KoaCommit {
    return (this.#commit ??= new KoaCommit(this as never))
  }

  async store(act: (done: Callback) => void): Promise<void> {
    this.mustSave = false
    await fromCallbackUnlessSync(act)
    // The facts of a commit before this call would decide about the cookie
    this.exchange.seen = undefined
    await this.#commits.sendCookie()
  }

  /** Changes the session in the store, and sets its cookie. */
  update(change: Change): Promise<void> {
    return ignoreRejection(Promise.resolve(this.open()).then(() => this.store(done => updateOn(this, change, done))))
  }

  commit(): Promise<void> | undefined {
    return this.#commits.run()
  }

  refusing(act: () => unknown): unknown {
    return this.#commits.refusing(act)
  }

  /**
   * Ends the request.
   *
   * @returns a promise if it is asynchronous
   */
  end(): Promise<void> | undefined {
    // `delete ctx.session`, which ends a session of koa-session-store
    if (this.settings.names === 'none' && !Object.hasOwn(this.ctx, 'session')) this.assign(null)
    if (this.#opened === 'postponed') {
      if (!this.#early || Object.keys(this.#early).length === 0) return undefined
      this.openPostponed()
    }
    const isSettled = !(this.#opened instanceof Promise) && !this.#assigned
    const ended = isSettled ? this.#commitLast() : this.#settle().then(() => this.#commitLast())
    if (ended) return ended.finally(() => this.#exchange?.requestLifetime.end())
    this.#exchange?.requestLifetime.end()
    return undefined
  }

  async #settle(): Promise<void> {
    // Calls that the app has not awaited. A failed read has been reported to the caller that awaits it
    if (this.#opened instanceof Promise) await this.#opened.catch(() => {})
    if (this.#assigned) await this.open()
  }

  /** A request that only reads saves nothing: neither a lifetime that the app has set, nor because of `sessionSave`. */
  #drop(): void {
    this.mustSave = false
    dropped(this.exchange.settings)
  }

  #commitLast(): Promise<void> | undefined {
    if (this.sessionSave === true) this.mustSave = true
    if (this.mustSave && this.exchange.readsOnly) this.#drop()
    const wants = typeof this.sessionSave === 'boolean' ? this.sessionSave : this.settings.autoCommit
    return wants && this.shown !== undefined ? this.commit() : undefined
  }
}
