import { afterReturn } from '../core/after-return'
import { EXCHANGE } from '../core/host'
import { calledBack, promised, quiet } from '../core/promised'
import { counted, regenerateAtOnce, saveAtOnce, Session } from '../core/session'
import { VIEW, type View } from '../core/session-view'
import type { Callback } from '../core/store-port'
import { DAY, UNTIL_CLOSED } from '../payload/record-shape'
import type { KoaHost } from './koa-host'
import { COOKIE } from './owned-names'
import { requestSession } from './request-session'
import { attach } from './shown-session'

/** The options of `regenerate`. */
export interface RegenerateOptions {
  /**
   * Whether the new session keeps the data and the attributes of the cookie.
   *
   * @default the option `keepOnRegenerate`
   */
  keep?: boolean
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

  /** Destroys it and puts another one, of a new ID, in its place. */
  override regenerate(options: RegenerateOptions): Promise<void>
  override regenerate(callback: Callback): this
  override regenerate(given?: RegenerateOptions | Callback): Promise<void>
  override regenerate(given?: RegenerateOptions | Callback): this | Promise<void> {
    const callback = typeof given === 'function' ? given : undefined
    const { keep = this.req.settings.keepOnRegenerate } = typeof given === 'object' ? given : {}
    const { isNew } = this
    const bring = (err: unknown): void => {
      // One that is still there keeps its data to itself
      if (keep && !err) (this.req.session as CarriedSession).take(this, isNew)
      // An empty one is like any new session: nothing is stored until there is something in it
      else this.req.exchange.begin()
    }
    const regenerate = (done: Callback): void =>
      regenerateAtOnce(this, err => {
        bring(err)
        const { settings, session } = this.req
        // What is kept is stored at once, if the end of the request does not do it
        if (keep && !err && !settings.autoCommit) calledBack((session as CarriedSession).save(), done)
        else done(err)
      })
    if (!callback) return quiet(promised(regenerate))
    afterReturn(counted(this, callback), regenerate)
    return this
  }

  /** The object that the app has of another session becomes this one's, with its data; and its cookie. */
  take({ shown, cookie }: CarriedSession, isNew: boolean): void {
    this.shown = shown
    attach(shown, this)
    this.cookie = cookie
    this.#isNew = isNew
  }
}
