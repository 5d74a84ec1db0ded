import { types } from 'node:util'
import { isPromise } from '../../primitives/callbacks'
import type { Context } from '../context'

/**
 * The Set-Cookie lines of stored sessions. When Koa responds to an error, it removes all headers except those of the error, `err.headers`. The lines
 * are added there, for Koa only.
 */
export class SetCookieLines {
  #lines: string[] = []

  constructor(private readonly ctx: Context) {
    const { onerror } = ctx
    // In a variable of its own, as in connect/response/patch-response: otherwise V8 keeps the request in old space. That was half of the time of a
    // write
    const bring: typeof onerror = thrown => {
      if (thrown instanceof Error || types.isNativeError(thrown)) this.#withCookiesOnError(thrown, () => onerror.call(ctx, thrown))
      else onerror.call(ctx, thrown)
    }
    ctx.onerror = bring
  }

  /** Whether the lines are still on the response. */
  get areStillSet(): boolean {
    const now = linesOf(this.ctx)
    return this.#lines.every(line => now.includes(line))
  }

  /** @param act sets cookies, perhaps asynchronously */
  during(act: () => unknown): Promise<void> | undefined {
    const before = linesOf(this.ctx)
    const keep = (): void => {
      const now = linesOf(this.ctx)
      this.#lines = before.length === 0 ? now : now.filter(line => !before.includes(line) || this.#lines.includes(line))
    }
    const set = act()
    if (isPromise(set)) return Promise.resolve(set).then(keep)
    keep()
    return undefined
  }

  /** Adds the lines to an error while `act` runs. An app may throw one error object for many requests, so they are removed again. */
  #withCookiesOnError(err: Error & { headers?: object }, act: () => void): void {
    const before = Object.getOwnPropertyDescriptor(err, 'headers')
    const headers = { ...err.headers, 'Set-Cookie': this.#lines }
    if (this.#lines.length === 0 || !Reflect.defineProperty(err, 'headers', { value: headers, configurable: true })) return act()
    try {
      act()
    } finally {
      if (before) Reflect.defineProperty(err, 'headers', before)
      else Reflect.deleteProperty(err, 'headers')
    }
  }
}

/** Returns a copy, because `ctx.cookies` changes the array. */
export function linesOf({ res }: Context): string[] {
  const lines = res.getHeader('Set-Cookie')
  if (lines === undefined) return []
  return Array.isArray(lines) ? [...lines] : [String(lines)]
}
