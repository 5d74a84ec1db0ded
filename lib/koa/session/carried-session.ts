import { Exchange } from '../../core/request/exchange'
import { afterReturn } from '../../primitives/after-return'
import { EXCHANGE, counted, regenerateAtOnce, saveAtOnce, Session, type Host } from '../../core/session/session'
import { toCallback, fromCallback, ignoreRejection, type Callback } from '../../primitives/callbacks'
import { VIEW, type View } from '../../core/record/session-view'
import { DAY, UNTIL_CLOSED } from '../../cookie-store/record-format'
import type { Context } from '../context'
import type { KoaCookieOptions } from '../cookies/cookie-options'
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

/** The lifetime of a session in milliseconds, or until the browser closes; undefined if it was never said. */
export type Lifetime = number | 'session' | null | undefined

/** The settings that a session goes by. */
export interface SessionSettings {
  readonly cookie: KoaCookieOptions
  readonly keepOnRegenerate: boolean
  readonly autoCommit: boolean
  /** Whether the session itself travels, and no ID does. */
  readonly immediate: boolean
  /** Makes what the app has of a session. @param record with the cookie beside the data */
  show(session: CarriedSession, record: object): object
}

/** What carries the session of one Koa context, as its sessions, its settings and its stores know it. */
export interface KoaHost extends Host {
  session?: CarriedSession | null | undefined
  readonly ctx: Context
  readonly settings: SessionSettings
  /** Copies of sessions are of copies of their host, which know it by this. */
  readonly self: object
  readonly exchange: Pick<Exchange, 'begin' | 'changes' | 'failed'>
  /** What `ctx.sessionStore` is. */
  userStore: object | undefined
  /** The lifetime that the app has set in this request: as in koa-session, that of whatever is at `ctx.session`. */
  lifetime: { readonly value: Lifetime } | undefined
  /** A session of this request has come out of a record. */
  hasRead: boolean
  /** The end of the request saves, though nothing has changed. */
  mustSave: boolean
  /** The id of a session that the app has ended, and begun another in its place. */
  ended: string | undefined
  /** Stores the session, and sets its cookie. @param act asks the store */
  store(act: (done: Callback) => void): Promise<void>
  /** Makes the store agree with what the app has left, and tells the client. @returns what to wait for, if that is not done at once */
  commit(): Promise<void> | undefined
  /** @param act comes before the store is asked to save. If it fails, the store is not to blame */
  refusing(act: () => unknown): unknown
}

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
    const saved = ignoreRejection(this.req.store(done => saveAtOnce(this, done)))
    if (!callback) return saved
    toCallback(saved, callback)
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
    if (!callback) return ignoreRejection(fromCallback(done => regenerate.call(this, done, keep)))
    afterReturn(counted(this, callback), done => regenerate.call(this, done, keep))
    return this
  }

  #renew(done: Callback, keep: RegenerateOptions['keep']): void {
    const { isNew } = this
    regenerateAtOnce(this, keep, err => {
      if (keep && !err) return this.#succeed(isNew, done)
      const { session, exchange } = this.req
      // An empty one is like any new session: nothing is stored until there is something in it, unless it had to be there before this one was destroyed
      if (!keep && session !== this && exchange.changes.stored?.id !== session?.id) exchange.begin()
      done(err)
    })
  }

  #succeed(isNew: boolean, done: Callback): void {
    this.#succeeding.show(this, isNew)
    // The cookie is sent now, if the end of the request does not do it
    if (this.req.settings.autoCommit) done()
    else toCallback(this.#succeeding.save(), done)
  }

  /** Ends the session in the store and gives the app's object, with its cookie, to another of a new ID: the app has put it in the place of one that it ended. */
  beginAnew(): Promise<void> {
    return ignoreRejection(fromCallback(done => this.#beginAnew(done)))
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

/** The session that an app has taken from `ctx.session` or `ctx.req.session`. */
export function sessionBehind(value: object): CarriedSession | undefined {
  const session = (value as Partial<Shown<CarriedSession>>)[SESSION]
  return session && session.shows(value) ? session : undefined
}
