import type { EventEmitter } from 'node:events'
import type { Context } from './context'

/**
 * Koa 3 listens to a stream body only when it sends it. If the stream fails while the response waits for the store, the error would be unhandled and
 * end the process. Here it becomes an error of the request.
 *
 * @param waited the promise that the response waits for
 * @throws the error of the body, unless Koa 2 has responded to it
 */
export async function whileBodyWaits(ctx: Context, waited: Promise<void>): Promise<void> {
  const body = streamOf(ctx)
  if (!body) return waited
  let broken: { readonly err: unknown } | undefined
  const hear = (err: unknown): void => void (broken = { err })
  body.on('error', hear)
  await waited
  // A stream emits its error one tick later
  await new Promise<void>(resolve => process.nextTick(resolve))
  body.off('error', hear)
  if (broken && ctx.writable) throw broken.err
}

function streamOf({ body }: Context): EventEmitter | undefined {
  const { pipe, on } = (body ?? {}) as { pipe?: unknown; on?: unknown }
  return typeof pipe === 'function' && typeof on === 'function' ? (body as EventEmitter) : undefined
}
