import { inspect } from 'node:util'
import { EXCHANGE } from '../core/host'
import { calledBack, promised, quiet } from '../core/promised'
import { Session } from '../core/session'
import type { Callback } from '../core/store-port'
import type { KoaHost } from './koa-host'

/** The options of `regenerate`. */
export interface RegenerateOptions {
  /**
   * Whether the new session keeps the data and the attributes of the cookie.
   *
   * @default the option `keepOnRegenerate`
   */
  keep?: boolean
}

/** What carries the session of a Koa context. */
export interface SessionHost extends KoaHost {}

/**
 * One session, as a Koa app sees it at `ctx.session`: its data are its own enumerable properties; JSON and `console.log` have them and nothing else.
 * It has all methods that a session has elsewhere.
 */
export class KoaSession extends Session {
  declare readonly req: SessionHost

  constructor(host: KoaHost, data?: object | null) {
    super(host, data)
    // What a handler answers as `ctx.body = ctx.session` is data
    Object.defineProperty(this, 'cookie', { value: this.cookie, writable: true, configurable: true, enumerable: false })
  }

  /** It came about in this request. */
  get isNew(): boolean {
    return this.req[EXCHANGE]?.generated === this.id
  }

  /** What is left of its life in milliseconds; `undefined` or `null` where that ends with the browser. Setting it saves the session. */
  get maxAge(): number | null | undefined {
    return this.cookie.maxAge
  }

  set maxAge(ms: number | 'session' | null | undefined) {
    this.cookie.maxAge = (ms === 'session' ? null : ms) as number
    this.req.mustSave = true
  }

  /** How many keys it has. */
  get length(): number {
    return Object.keys(this).length
  }

  get populated(): boolean {
    return this.length > 0
  }

  /** Stores it now, changed or not, and sets the cookie. */
  override save(callback: Callback): this
  override save(): Promise<void>
  override save(callback?: Callback): this | Promise<void> {
    const saved = quiet(this.req.store(done => super.save(done)))
    if (!callback) return saved
    calledBack(saved, callback)
    return this
  }

  /** Destroys it and puts another one, of a new id, in its place. Call it wherever a visitor's rights change. */
  override regenerate(options: RegenerateOptions): Promise<void>
  override regenerate(callback: Callback): this
  override regenerate(): Promise<void>
  override regenerate(given?: RegenerateOptions | Callback): this | Promise<void> {
    const callback = typeof given === 'function' ? given : undefined
    const { keep = this.req.settings.keepOnRegenerate } = typeof given === 'object' ? given : {}
    const kept = keep ? { ...this } : undefined
    const bring = (err: unknown): void => {
      // One that is still there keeps its data to itself
      if (kept && !err) Object.assign(this.req.session as object, { ...kept, cookie: this.cookie })
      // An empty one is like any new session: nothing is stored until there is something in it
      else this.req.exchange.begin()
    }
    const regenerate = (done: Callback): this =>
      super.regenerate(err => {
        bring(err)
        done(err)
      })
    return callback ? regenerate(callback) : quiet(promised(regenerate))
  }

  toJSON(): object {
    return { ...this }
  }

  [inspect.custom](): object {
    return { ...this }
  }
}
