import { types } from 'node:util'
import { isPromise } from '../../primitives/callbacks'
import type { Context } from '../context'

/**
 * The Set-Cookie lines that tell of what has been stored. Koa answers an error, whoever throws it, without the headers that are set by then, but for
 * those that the error brings: to Koa, and to nobody else, it brings these.
 */
export class SetCookieLines {
  #lines: string[] = []

  constructor(private readonly ctx: Context) {
    const { onerror } = ctx
    // Under a name of its own, as in connect/response/patch-response: else it goes to V8's old space, and the request with it. That was half the time of a write
    const bring: typeof onerror = thrown => {
      if (thrown instanceof Error || types.isNativeError(thrown)) this.#bring(thrown, () => onerror.call(ctx, thrown))
      else onerror.call(ctx, thrown)
    }
    ctx.onerror = bring
  }

  /** Nobody has taken them off the response. */
  get stand(): boolean {
    const now = linesOf(this.ctx)
    return this.#lines.every(line => now.includes(line))
  }

  /** @param act sets cookies, perhaps later */
  during(act: () => unknown): Promise<void> | undefined {
    const before = linesOf(this.ctx)
    const keep = (): void => {
      this.#lines = linesOf(this.ctx).filter(line => !before.includes(line) || this.#lines.includes(line))
    }
    const set = act()
    if (isPromise(set)) return Promise.resolve(set).then(keep)
    keep()
    return undefined
  }

  /** An app may throw one error at many: what it brings to this one it must not bring to the next. */
  #bring(err: Error & { headers?: object }, act: () => void): void {
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

/** A copy: `ctx.cookies` adds to the very array. */
export function linesOf({ res }: Context): string[] {
  const lines = res.getHeader('Set-Cookie')
  if (lines === undefined) return []
  return Array.isArray(lines) ? [...lines] : [String(lines)]
}
