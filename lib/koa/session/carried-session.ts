import { Exchange } from '../../core/request/exchange'
import { afterReturn } from '../../primitives/after-return'
import { EXCHANGE, counted, regenerateAtOnce, saveAtOnce, Session, type Host } from '../../core/session/session'
import { keepIn } from '../../core/session/keep'
import { toCallback, fromCallback, ignoreRejection, type Callback } from '../../primitives/callbacks'
import { VIEW, type View } from '../../core/record/session-view'
import { UNTIL_CLOSED } from '../../cookie-store/record-format'
import type { Context } from '../context'
import type { KoaCookieOptions } from '../cookies/cookie-options'
import { type Lifetime, lifetimeOf, setLifetime } from './lifetime'
import { COOKIE } from './owned-names'
import { requestSession } from './request-session'
import { attach, type Shown, SESSION } from './shown-session'

/** The options of `regenerate`. */
export interface RegenerateOptions {
  /**
   * What the new session keeps: `true` for all data and the attributes of the cookie, or an array of keys.
   *
   * @default the option `keepOnRegenerate`
   */
  keep?: boolean | readonly string[] | undefined
}

/** The settings of a session. */
export interface SessionSettings {
  readonly cookie: KoaCookieOptions
  readonly keepOnRegenerate: boolean
  readonly autoCommit: boolean
  /** Whether the cookie has the session itself, and no ID. */
  readonly immediate: boolean
  /**
   * Makes the object for the app.
   *
   * @param record the data with the cookie
   */
  show(session: CarriedSession, record: object): object
}

/** The host of the session of one Koa context, as sessions, settings and stores see it. */
export interface KoaHost extends Host {
  session?: CarriedSession | null | undefined
  readonly ctx: Context
  readonly settings: SessionSettings
  /** Identifies the host: a copy of a session refers to a copy of its host. */
  readonly self: object
  readonly exchange: Pick<Exchange, 'begin' | 'changes' | 'failed'>
  /** The value of `ctx.sessionStore`. */
  userStore: object | undefined
  /** The lifetime that the app has set in this request. As in koa-session it applies to the current `ctx.session`. */
  lifetime: { readonly value: Lifetime } | undefined
  /** Whether a session of this request was read from a record. */
  hasRead: boolean
  /** The end of the request saves even without changes. */
  mustSave: boolean
  /** The ID of a session that the app has ended and replaced by another. */
  ended: string | undefined
  /**
   * Stores the session, and sets its cookie.
   *
   * @param act calls the store
   */
  store(act: (done: Callback) => void): Promise<void>
  /**
   * Saves, touches or destroys the session as the request left it, and sets the cookie.
   *
   * @returns a promise if it is asynchronous
   */
  commit(): Promise<void> | undefined
  /** @param act runs before the store is called. If it throws, the store is not to blame */
  refusing(act: () => unknown): unknown
}

/**
 * One session of a Koa context. It has express-session's members. The data are in the object at `ctx.session`, so that every name in that object is
 * free for the app.
 */
export class CarriedSession extends Session implements View {
  declare readonly req: KoaHost
  /** The object at `ctx.session`. */
  shown: object
  #onRequest: object | undefined
  #isNew: boolean | undefined

  /** @param record the data with the cookie */
  constructor(host: KoaHost, record: object = {}) {
    super(host)
    this.shown = host.settings.show(this, record)
    if ('cookie' in record) host.hasRead = true
    if (UNTIL_CLOSED in record) host.lifetime ??= { value: 'session' }
  }

  get [VIEW](): View {
    return this
  }

  get carried(): this {
    return this
  }

  get data(): object {
    return COOKIE.escape(this.shown)
  }

  put(key: string, value: unknown): void {
    ;(this.shown as Record<string, unknown>)[COOKIE.nameOf(key)] = value
  }

  remove(key: string): void {
    delete (this.shown as Record<string, unknown>)[COOKIE.nameOf(key)]
  }

  /** The object at `ctx.req.session`. */
  get onRequest(): object {
    return (this.#onRequest ??= requestSession(this))
  }

  /** Whether an object of the app stands for this session. */
  shows(value: object): boolean {
    return value === this.shown || value === this.#onRequest
  }

  /** Whether it was created in this request. */
  get isNew(): boolean {
    return this.#isNew ?? this.req[EXCHANGE]?.generated === this.id
  }

  set isNew(isNew: boolean) {
    this.#isNew = isNew
  }

  /** The lifetime, as in koa-session. */
  get lifetime(): Lifetime {
    return lifetimeOf(this.req, this.cookie.originalMaxAge)
  }

  /** @throws TypeError unless it is a finite number, 'session', null or undefined */
  set lifetime(value: Lifetime) {
    setLifetime(this, value)
    this.req.mustSave = true
  }

  /** Stores the session now, changed or not, and sets the cookie. */
  override save(callback: Callback): this
  override save(): Promise<void>
  override save(callback?: Callback): this | Promise<void> {
    const saved = ignoreRejection(this.req.store(done => saveAtOnce(this, done)))
    if (typeof callback !== 'function') return saved
    toCallback(saved, callback)
    return this
  }

  /** Destroys the session and creates another with a new ID, which keeps what the options say. */
  override regenerate(callback: Callback): this
  override regenerate(given?: RegenerateOptions | Callback): Promise<void>
  override regenerate(options: RegenerateOptions | undefined, callback: Callback): this
  override regenerate(given?: RegenerateOptions | Callback, after?: Callback): this | Promise<void> {
    const callback = typeof given === 'function' ? given : after
    const keep = keepIn(given, this.req.settings.keepOnRegenerate)
    const regenerate = keep && this.req.ended === this.id ? this.#beginAnew : this.#renew
    if (typeof callback !== 'function') return ignoreRejection(fromCallback(done => regenerate.call(this, done, keep)))
    afterReturn(counted(this, callback), done => regenerate.call(this, done, keep))
    return this
  }

  #renew(done: Callback, keep: unknown): void {
    const { isNew } = this
    regenerateAtOnce(this, keep, err => {
      if (keep && !err) return this.#succeed(isNew, done)
      const { session, exchange } = this.req
      // An empty session is stored only after it gets data, unless the destroyed one was stored
      if (!keep && session !== this && exchange.changes.stored?.id !== session?.id) exchange.begin()
      done(err)
    })
  }

  #succeed(isNew: boolean, done: Callback): void {
    this.#succeeding.show(this, isNew)
    // Send the cookie now if the end of the request does not
    if (this.req.settings.autoCommit) done()
    else toCallback(this.#succeeding.save(), done)
  }

  /** Ends the session in the store, and creates one with a new ID for the app's object, which the app has assigned after it ended the session. */
  beginAnew(): Promise<void> {
    return ignoreRejection(fromCallback(done => this.#beginAnew(done)))
  }

  #beginAnew(done: Callback): void {
    const { isNew, cookie, shown, req } = this
    const adopt = (): void => Object.assign(this.#succeeding, { cookie }).adopt(this, isNew)
    const regenerated: Callback = err => {
      if (!err) adopt()
      else if (req.session === this) {
        // The new data must not be saved with the old ID
        req.exchange.failed = true
        attach(shown, this)
      } else req.exchange.begin()
      done(err)
    }
    regenerateAtOnce(this, false, regenerated, adopt)
  }

  /** The session that has replaced this one. */
  get #succeeding(): CarriedSession {
    return this.req.session as CarriedSession
  }

  succeed(before: object): void {
    this.show(before as CarriedSession, (before as CarriedSession).isNew)
  }

  /** Makes the app's object of the earlier session show this session's data. One that the app has frozen stays as it is, and `ctx.session` is another. */
  show(before: CarriedSession, isNew: boolean): void {
    const own = this.shown
    const after = this.data
    try {
      this.adopt(before, isNew)
      replaceData(this, before.data, after)
    } catch {
      this.shown = own
    }
  }

  /** Takes over the app's object of the earlier session, with its data. */
  adopt({ shown }: CarriedSession, isNew: boolean): void {
    this.#isNew = isNew
    this.take(shown)
  }

  /** Takes over an object of the app, with its data. */
  take(shown: object): void {
    this.shown = shown
    // A frozen object finds the session through its request
    if (Object.isExtensible(shown) || Object.hasOwn(shown, SESSION)) attach(shown, this)
  }
}

function replaceData(view: View, before: object, after: object): void {
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) view.remove(key)
  for (const [key, value] of Object.entries(after)) view.put(key, value)
}

/** The session of an object that an app has read from `ctx.session` or `ctx.req.session`. */
export function sessionBehind(value: object): CarriedSession | undefined {
  const session = (value as Partial<Shown<CarriedSession>>)[SESSION]?.carried
  return session && session.shows(value) ? session : undefined
}
