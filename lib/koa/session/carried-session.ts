import { afterReturn } from '../../primitives/after-return'
import { EXCHANGE } from '../../core/session/host'
import { calledBack, promised, quiet } from '../../primitives/callbacks'
import { counted, regenerateAtOnce, saveAtOnce, Session } from '../../core/session/session'
import { VIEW, type View } from '../../core/record/session-view'
import type { Callback } from '../../core/store/store-client'
import { DAY, UNTIL_CLOSED } from '../../cookie-store/record-format'
import type { KoaHost } from '../koa-request'
import { COOKIE } from './owned-names'
import { requestSession } from './request-session'
import { attach } from './shown-session'

/** The options of `regenerate`. */
export interface RegenerateOptions {
  /**
   * What the new session keeps: `true` for all data and the attributes of the cookie, or an array of keys.
   *
   * @default the option `keepOnRegenerate`
   */
  keep?: boolean | readonly string[] | undefined
}

/** The lifetime of a session in milliseconds, or until the browser closes; undefined if it was never said. */
export type Lifetime = number | 'session' | null | undefined

/**
 * One session of a Koa context: what express-session's is, apart from its data, which are in the object at `ctx.session`. So the names in that object
 * are the app's.
 */
export class CarriedSession extends Session implements View {
  declare readonly req: KoaHost
  /** What `ctx.session` is. */
  shown: object
  #onRequest: object | undefined
  #isNew: boolean | undefined

  /** @param record with the cookie beside the data */
  constructor(host: KoaHost, record: object = {}) {
    super(host)
    this.shown = host.settings.show(this, record)
    if ('cookie' in record) host.hasRead = true
    if (UNTIL_CLOSED in record) host.lifetime ??= { value: 'session' }
  }

  get [VIEW](): View {
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

  /** What `ctx.req.session` is. */
  get onRequest(): object {
    return (this.#onRequest ??= requestSession(this))
  }

  /** Whether an app that has this object has the session. */
  shows(value: object): boolean {
    return value === this.shown || value === this.#onRequest
  }

  /** It came about in this request. */
  get isNew(): boolean {
    return this.#isNew ?? this.req[EXCHANGE]?.generated === this.id
  }

  set isNew(isNew: boolean) {
    this.#isNew = isNew
  }

  /**
   * How long it lives, as koa-session says it: what was set last, and without that what the option says. A session that was given no lifetime is kept
   * for a day, which it says when it has been read.
   */
  get lifetime(): Lifetime {
    const { lifetime, hasRead, settings } = this.req
    if (lifetime) return lifetime.value
    const { originalMaxAge } = this.cookie
    if (originalMaxAge !== null) return originalMaxAge
    if (settings.cookie.maxAge !== undefined) return 'session'
    return hasRead ? DAY : undefined
  }

  /** @throws TypeError for what is neither a finite number, nor 'session', nor nothing */
  set lifetime(value: Lifetime) {
    // 0, NaN and undefined are one day to koa-session: `Math.min(maxAge, 60000)` of one that was never said ends no session
    const ms = value === 'session' || value === null ? null : value || DAY
    if (ms === Infinity || ms === -Infinity) throw new TypeError('maxAge must be a finite number of milliseconds or "session"')
    this.cookie.maxAge = ms as number
    this.req.lifetime = { value }
    this.req.mustSave = true
  }

  /** Stores it now, changed or not, and sets the cookie. */
  override save(callback: Callback): this
  override save(): Promise<void>
  override save(callback?: Callback): this | Promise<void> {
    const saved = quiet(this.req.store(done => saveAtOnce(this, done)))
    if (!callback) return saved
    calledBack(saved, callback)
    return this
  }

  /** Destroys the session and begins another of a new ID, which keeps what the options say. */
  override regenerate(options: RegenerateOptions): Promise<void>
  override regenerate(callback: Callback): this
  override regenerate(given?: RegenerateOptions | Callback): Promise<void>
  override regenerate(given?: RegenerateOptions | Callback): this | Promise<void> {
    const callback = typeof given === 'function' ? given : undefined
    const { keep = this.req.settings.keepOnRegenerate } = typeof given === 'object' ? given : {}
    const regenerate = keep && this.req.ended === this.id ? this.#beginAnew : this.#renew
    if (!callback) return quiet(promised(done => regenerate.call(this, done, keep)))
    afterReturn(counted(this, callback), done => regenerate.call(this, done, keep))
    return this
  }

  #renew(done: Callback, keep: RegenerateOptions['keep']): void {
    const { isNew } = this
    regenerateAtOnce(this, keep, err => {
      if (keep && !err) return this.#succeed(isNew, done)
      const { session, exchange } = this.req
      // An empty one is like any new session: nothing is stored until there is something in it, unless it had to be there before this one was destroyed
      if (!keep && session !== this && exchange.known.stored?.id !== session?.id) exchange.begin()
      done(err)
    })
  }

  #succeed(isNew: boolean, done: Callback): void {
    this.#succeeding.show(this, isNew)
    // The cookie is sent now, if the end of the request does not do it
    if (this.req.settings.autoCommit) done()
    else calledBack(this.#succeeding.save(), done)
  }

  /** Ends the session in the store and gives the app's object, with its cookie, to another of a new ID: the app has put it in the place of one that it ended. */
  beginAnew(): Promise<void> {
    return quiet(promised(done => this.#beginAnew(done)))
  }

  #beginAnew(done: Callback): void {
    const { isNew, cookie, shown, req } = this
    const adopt = (): void => Object.assign(this.#succeeding, { cookie }).adopt(this, isNew)
    const regenerated: Callback = err => {
      if (!err) adopt()
      else if (req.session === this) {
        // The new data must not come under the old ID
        req.exchange.failed = true
        attach(shown, this)
      } else req.exchange.begin()
      done(err)
    }
    regenerateAtOnce(this, false, regenerated, adopt)
  }

  /** The session that has taken this one's place. */
  get #succeeding(): CarriedSession {
    return this.req.session as CarriedSession
  }

  /** The object that the app has of the session before shows this one's data from now on. */
  show(before: CarriedSession, isNew: boolean): void {
    const after = this.data as Record<string, unknown>
    const { data } = before
    this.adopt(before, isNew)
    for (const key of Object.keys(data)) if (!Object.hasOwn(after, key)) this.remove(key)
    for (const [key, value] of Object.entries(after)) this.put(key, value)
  }

  /** The object that the app has of the session before becomes this one's, with its data. */
  adopt({ shown }: CarriedSession, isNew: boolean): void {
    this.shown = shown
    attach(shown, this)
    this.#isNew = isNew
  }
}
