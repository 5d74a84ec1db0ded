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
    if (this.#lines.length === 0) return act()
    const headers = withLines(err.headers, this.#lines)
    if (!Reflect.defineProperty(err, 'headers', { value: headers, configurable: true })) return act()
    try {
      act()
    } finally {
      if (before) Reflect.defineProperty(err, 'headers', before)
      else Reflect.deleteProperty(err, 'headers')
    }
  }
}

/** The headers of an error with further lines. Those of the error have any spelling, and may be a copy of lines that the response had. */
function withLines(headers: object | undefined, lines: readonly string[]): object {
  const own: [name: string, value: unknown][] = Object.entries(headers ?? {})
  const isSetCookie = ([name]: [string, unknown]): boolean => name.toLowerCase() === 'set-cookie'
  const others = own.filter(header => !isSetCookie(header))
  const before = own.filter(isSetCookie).flatMap(([, value]) => value)
  const kept = before.filter(line => line && !lines.includes(line as string))
  return { ...Object.fromEntries(others), 'Set-Cookie': [...kept, ...lines] }
}

/** Returns a copy, because `ctx.cookies` changes the array. */
export function linesOf({ res }: { readonly res: Context['res'] | undefined }): string[] {
  const lines = res?.getHeader('Set-Cookie')
  if (lines === undefined) return []
  return Array.isArray(lines) ? [...lines] : [String(lines)]
}
