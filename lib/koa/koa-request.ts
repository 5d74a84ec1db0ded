import { type Told, isSame } from './cookies/told'
import { isPromise, fromCallbackUnlessSync, fromCallback, ignoreRejection, type Callback } from '../primitives/callbacks'
import { forbidCaching, whenClosed } from '../primitives/http'
import { checkLate, commit, cookieDue, type CookieDue } from '../core/request/commit'
import { Exchange } from '../core/request/exchange'
import type { Change, EXCHANGE, HostExchange } from '../core/session/session'
import { open } from '../core/request/open'
import type { SessionStore } from '../core/store/contract'
import { updateOn } from '../core/session/update'
import { sessionBehind, type CarriedSession, type KoaHost, type Lifetime } from './session/carried-session'
import type { Context } from './context'
import type { AnyStore } from './settings/store-adapters'
import type { Failure } from './settings/koa-options'
import type { KoaSettings } from './settings/koa-settings'
import { SetCookieLines } from './cookies/set-cookie-lines'
import { CONTEXT, WITHOUT_SESSION } from './context-transport'
import { COOKIE } from './session/owned-names'
import { reportRepeated } from './cookies/cookie-reports'

/** The host of the session of one Koa context. */
export class KoaRequest implements KoaHost {
  declare session?: CarriedSession | null | undefined
  declare sessionID?: string | undefined
  declare sessionStore?: SessionStore;
  declare [EXCHANGE]?: HostExchange
  readonly Session: typeof CarriedSession
  /** Identifies the host: a copy of a session refers to a copy of its host. */
  readonly self: this = this
  readonly exchange: Exchange<KoaRequest>
  /** The value of `ctx.sessionStore`. */
  userStore: AnyStore | undefined
  /** Whether the middleware has run for the context. */
  claimed = false
  /** The ID that an earlier middleware has set on the context, instead of the one from the client. */
  forcedId: string | undefined
  /** `ctx.sessionSave`: whether to save, regardless of changes. */
  sessionSave: boolean | null = null
  /** The lifetime that the app has set in this request. As in koa-session it applies to the current `ctx.session`. */
  lifetime: { readonly value: Lifetime } | undefined
  /** Whether a session of this request was read from a record. */
  hasRead = false
  /** The end of the request saves even without changes. */
  mustSave = false
  #opened: Promise<void> | 'at once' | undefined
  /** Whether the session has been read. */
  #isOpen = false
  #kept: SetCookieLines | undefined
  /** What the client was last sent. */
  #told: Told | undefined
  /** What the app has assigned before the session was read. */
  #assigned: { readonly value: object | null } | undefined
  /** The ID of a session that the app has ended and replaced by another. */
  ended: string | undefined
  /** An error before the store is called, or not caused by the store, is the app's. */
  #isOurs = false
  /** The app has replaced the session that was read. */
  #isReplaced = false
  /** The store operation of the commit. */
  #asking: Failure = 'set'

  /** @param isStandIn for a context that the middleware has not reached: the client's session is not read, the session is new */
  constructor(
    readonly ctx: Context,
    readonly settings: KoaSettings,
    readonly isStandIn = false,
  ) {
    this.Session = settings.Session
    this.userStore = settings.userStore
    this.exchange = new Exchange<KoaRequest>(settings.of(this), isStandIn ? WITHOUT_SESSION : CONTEXT, this)
    this.exchange.holder.watch(whenClosed, ctx.res)
  }

  /** Whether the session's cookie is for other paths. This is known without reading it; a deferred session waits for nothing else. */
  get isApart(): boolean {
    if (this.#isOpen) return !this.exchange.entered
    return this.settings.defer && !CONTEXT.path(this).startsWith(this.settings.cookie.path ?? '/')
  }

  /**
   * Reads the session, once.
   *
   * @returns a promise if it is asynchronous
   */
  open(): Promise<void> | undefined {
    if (!this.#opened) {
      // While it is read synchronously, a callback such as `valid` sees no session
      this.#opened = 'at once'
      this.#opened = fromCallbackUnlessSync(done => open(this.exchange, err => this.#open(err, done))) ?? 'at once'
    }
    if (this.#opened !== 'at once') return this.#opened.then(() => this.#putAssigned())
    this.#putAssigned()
    return undefined
  }

  #putAssigned(): void {
    const assigned = this.#assigned
    this.#assigned = undefined
    if (assigned && !this.isApart) this.#put(assigned.value)
  }

  #open(err: unknown, done: Callback): void {
    this.#isOpen = !err
    if (err) this.exchange.holder.end()
    done(err)
  }

  /**
   * The value of `ctx.session`.
   *
   * @throws errors of `decode`, with decodeErrors: 'throw'
   */
  read(): unknown {
    const { failure } = this.exchange.settings.kept ?? {}
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
    if (!this.#isOpen || !this.exchange.entered) return undefined
    return this.session?.shown ?? null
  }

  /** The object at `ctx.req.session`, like express-session's. */
  get onRequest(): object | null | undefined {
    return this.session && this.session.onRequest
  }

  /**
   * `ctx.session = value`.
   *
   * @throws TypeError if it is not an object
   */
  assign(value: unknown): void {
    if (value !== null && value !== undefined && typeof value !== 'object') {
      throw new TypeError('ctx.session can only be set as null or an object')
    }
    this.#readAtOnce()
    if (this.shown === undefined) this.#assigned = { value: value ?? null }
    else this.#put(value ?? null)
  }

  /** Replaces the session, with the same cookie. */
  #put(value: object | null): void {
    this.#isReplaced = true
    const known = value && sessionBehind(value)
    if (value === null || known?.req.self === this) return void (this.session = known ?? null)
    if (!this.session) this.ended = this.sessionID
    const { names, Session } = this.settings
    const session = new Session(this, names === 'cookie' ? value : COOKIE.escape(value))
    session.cookie = this.exchange.cookie as CarriedSession['cookie']
    session.isNew = false
    this.session = session
    const { cookie, maxAge } = value as { cookie?: object; maxAge?: Lifetime }
    if (names === 'cookie') Object.assign((session.shown as { cookie: object }).cookie, cookie)
    if (names === 'koa-session' && maxAge !== undefined) session.lifetime = maxAge
  }

  /**
   * Stores the session, and sets its cookie.
   *
   * @param act calls the store
   */
  async store(act: (done: Callback) => void): Promise<void> {
    this.mustSave = false
    await fromCallbackUnlessSync(act)
    await this.#tell()
  }

  /** Changes the session in the store, and sets its cookie. */
  update(change: Change): Promise<void> {
    return ignoreRejection(Promise.resolve(this.open()).then(() => this.store(done => updateOn(this, change, done))))
  }

  /**
   * Saves, touches or destroys the session as the request left it, and sets the cookie.
   *
   * @returns a promise if it is asynchronous
   */
  commit(): Promise<void> | undefined {
    try {
      const committed = this.#commit()
      const told = committed ? committed.then(() => this.#tell()) : this.#tell()
      return told?.catch(err => this.#decide(err))
    } catch (err) {
      return this.#decide(err)
    }
  }

  /**
   * Passes an error to `onError`.
   *
   * @throws the error, unless the request goes on
   */
  async #decide(err: unknown): Promise<void> {
    const { onError } = this.settings
    if (!onError || this.#isOurs) throw err
    await onError(err, this.exchange.done === 'destroy' ? 'destroy' : this.#asking, this.ctx)
  }

  #commit(): Promise<void> | undefined {
    const { mustSave } = this
    // Unless the app has called regenerate itself
    const isAfresh = this.ended !== undefined && this.ended === this.sessionID
    this.ended = undefined
    this.mustSave = this.#isOurs = false
    this.#asking = isAfresh ? 'destroy' : 'set'
    return isAfresh || mustSave ? this.#commitAfter({ isAfresh, mustSave }) : this.#commitNow()
  }

  /** Commits after `beforeSave` and a replacement. */
  async #commitAfter({ isAfresh, mustSave }: { readonly isAfresh: boolean; readonly mustSave: boolean }): Promise<void> {
    if (isAfresh) await this.session?.beginAnew()
    this.#asking = 'set'
    const { session } = this
    if (mustSave && session) await fromCallback(done => this.exchange.save(session, done))
    await this.#commitNow()
  }

  #commitNow(): Promise<void> | undefined {
    return fromCallbackUnlessSync(done =>
      commit(this.exchange, true, (err, withhold) => {
        this.#isOurs ||= withhold === true
        done(err)
      }),
    )
  }

  /** @param act runs before the store is called. If it throws, the store is not to blame */
  refusing(act: () => unknown): unknown {
    this.#isOurs = true
    const goOn = (): void => void (this.#isOurs = false)
    const told = act()
    return isPromise(told) ? told.then(goOn) : goOn()
  }

  /**
   * Ends the request.
   *
   * @returns a promise if it is asynchronous
   */
  end(): Promise<void> | undefined {
    const isSettled = !(this.#opened instanceof Promise) && !this.#assigned
    const ended = isSettled ? this.#commitLast() : this.#settle().then(() => this.#commitLast())
    if (ended) return ended.finally(() => this.exchange.holder.end())
    this.exchange.holder.end()
    return undefined
  }

  async #settle(): Promise<void> {
    // Calls that the app has not awaited. A failed read has been reported to the caller that awaits it
    if (this.#opened instanceof Promise) await this.#opened.catch(() => {})
    if (this.#assigned) await this.open()
  }

  #commitLast(): Promise<void> | undefined {
    if (this.sessionSave === true) this.mustSave = true
    const wants = this.sessionSave ?? this.settings.autoCommit
    return wants && this.shown !== undefined ? this.commit() : undefined
  }

  /** Sends the cookie that is due. */
  #send({ plan, cookie, value }: CookieDue): unknown {
    const { ctx, settings } = this
    if (this.exchange.settings.forbidsCaching) forbidCaching(ctx.res)
    if (plan === 'clear') return settings.transport.clear(ctx, cookie)
    if (this.sessionID !== this.exchange.sentId) reportRepeated(settings, ctx)
    return settings.transport.set(ctx, value, cookie)
  }

  #tell(): Promise<void> | undefined {
    if (this.ctx.headerSent) return void checkLate(this.exchange, this.#told?.value)
    const due = cookieDue(this.exchange)
    if (!due || (isSame(due, this.#told) && this.#kept?.stand)) return undefined
    this.#told = { plan: due.plan, value: due.value, cookie: due.cookie.data }
    this.#kept ??= new SetCookieLines(this.ctx)
    return this.#kept.during(() => this.#send(due))
  }
}
