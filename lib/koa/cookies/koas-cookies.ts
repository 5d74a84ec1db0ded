import type { Context } from '../context'

/** Tells whether `ctx.cookies` has been used. Koa 2 and 3 keep it under a symbol, per app. Finding the symbol takes half a microsecond. */
export class KoasCookies {
  #symbol: symbol = Symbol()
  #context: object | undefined

  /**
   * Whether `ctx.cookies` has not been used yet, so that it will be Koa's own with the keys of the app. An app's own may use other keys.
   */
  isUntouched(ctx: Context): boolean {
    if (this.isKnown(ctx)) return !(ctx as unknown as Record<symbol, unknown>)[this.#symbol]
    const symbol = Object.getOwnPropertySymbols(ctx).find(({ description }) => description === 'context#cookies')
    if (!symbol) return true
    this.#symbol = symbol
    this.#context = ctx.app.context
    return false
  }

  /** Whether the app has defined `ctx.cookies` itself, which leaves Koa's untouched. */
  isReplaced(ctx: Context): boolean {
    return Object.hasOwn(ctx, 'cookies') || Object.hasOwn(ctx.app.context, 'cookies')
  }

  /** Whether `ctx.cookies` will be Koa's own, with the keys of the app. One of the app may have cookies that no header shows: that of a test, for example. */
  isOwn(ctx: Context): boolean {
    return this.isUntouched(ctx) && !this.isReplaced(ctx)
  }

  /** Whether a context of the app has been seen with Koa's own. */
  isKnown(ctx: Context): boolean {
    return ctx.app.context === this.#context
  }
}
