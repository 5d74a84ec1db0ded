import { LruCache } from '../../primitives/lru-cache'
import type { Context } from '../context'
import { linesOf } from './set-cookie-lines'

/** How many are remembered at least; twice as many are kept at most. */
const MOST = 5000
/** In characters. A longer one is rare, and would take the room of many. */
const LONGEST = 1024

/**
 * What `ctx.cookies` has found in a `Cookie` header, under a signature that held. It finds the same there again, as long as the keys are the same, and
 * looking is half the time of a visit: a Keygrip makes three HMACs and asks the system for random bytes.
 */
export class VerifiedCookies {
  readonly #name: string
  #keys: readonly unknown[] = []
  #values = new LruCache<string>(MOST)
  /** The symbol under which Koa keeps `ctx.cookies`, and an app of that Koa. To look for it takes half a microsecond. */
  #symbol: symbol = Symbol()
  #context: object | undefined
  /** Under values. */
  #signatures = new LruCache<string>(MOST)

  constructor(name: string) {
    this.#name = name
  }

  get(ctx: Context): string | undefined {
    const { cookie: header } = ctx.req.headers
    if (header === undefined) return undefined
    if (header.length > LONGEST || !this.#remembers(ctx.app.keys) || !this.#isUntouched(ctx)) return this.#ask(ctx)
    const known = this.#values.get(header)
    if (known !== undefined) return known
    const before = linesOf(ctx).length
    const value = this.#ask(ctx)
    // One that was signed with an older key it has signed anew, and does so each time. And another than Koa's own leaves the context untouched
    if (value && linesOf(ctx).length === before && !this.#isUntouched(ctx)) this.#remember(ctx, header, value)
    return value
  }

  /** What has been found beside a value, and is what `ctx.cookies` would sign it with. */
  signatureOf(ctx: Context, value: string): string | undefined {
    return this.#isUntouched(ctx) && this.#remembers(ctx.app.keys) ? this.#signatures.get(value) : undefined
  }

  /**
   * Nobody has come to `ctx.cookies` by now, for which Koa 2 and 3 have a symbol: it will be Koa's own, and go by the keys of the app. One that somebody
   * has put there may go by others.
   */
  #isUntouched(ctx: Context): boolean {
    const { context } = ctx.app
    if (context === this.#context) return !(ctx as unknown as Record<symbol, unknown>)[this.#symbol]
    const symbol = Object.getOwnPropertySymbols(ctx).find(({ description }) => description === 'context#cookies')
    if (!symbol) return true
    this.#symbol = symbol
    this.#context = context
    return false
  }

  #remember(ctx: Context, header: string, value: string): void {
    this.#values.set(header, value)
    const signature = ctx.cookies.get(`${this.#name}.sig`, { signed: false })
    if (signature) this.#signatures.set(value, signature)
  }

  #ask(ctx: Context): string | undefined {
    return ctx.cookies.get(this.#name, { signed: true })
  }

  /** Forgets all when the keys are others. A Keygrip does not say which ones it has, and the bytes of a buffer can be others without a word. */
  #remembers(keys: unknown): boolean {
    if (!Array.isArray(keys)) return false
    if (keys.length === this.#keys.length && keys.every((key, at) => key === this.#keys[at])) return true
    if (!keys.every(key => typeof key === 'string')) return false
    this.#keys = [...keys]
    this.#values = new LruCache(MOST)
    this.#signatures = new LruCache(MOST)
    return true
  }
}
