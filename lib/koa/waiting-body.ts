import type { EventEmitter } from 'node:events'
import type { Context } from './context'

/**
 * Koa 3 listens to a stream that is the body from the moment at which it sends it. While the answer waits for the store, nobody would hear that it
 * breaks, which ends a process: here that is an error of the request.
 *
 * @param act what the answer waits for. @throws what has broken the body, unless Koa 2 has answered that by then
 */
export async function whileBodyWaits(ctx: Context, act: () => Promise<void>): Promise<void> {
  const body = streamOf(ctx)
  if (!body) return act()
  let broken: { readonly err: unknown } | undefined
  const hear = (err: unknown): void => void (broken = { err })
  body.on('error', hear)
  await act()
  body.off('error', hear)
  if (broken && ctx.writable) throw broken.err
}

function streamOf({ body }: Context): EventEmitter | undefined {
  const { pipe, on } = (body ?? {}) as { pipe?: unknown; on?: unknown }
  return typeof pipe === 'function' && typeof on === 'function' ? (body as EventEmitter) : undefined
}
