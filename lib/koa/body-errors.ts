import type { EventEmitter } from 'node:events'
import type { Context } from './context'

/**
 * Koa 3 listens to a stream that is the body from the moment at which it sends it. While the answer waits for the store, nobody would hear that it
 * breaks, which ends a process: here that is an error of the request.
 *
 * @param waited what the answer waits for. @throws what has broken the body, unless Koa 2 has answered that by then
 */
export async function whileBodyWaits(ctx: Context, waited: Promise<void>): Promise<void> {
  const body = streamOf(ctx)
  if (!body) return waited
  let broken: { readonly err: unknown } | undefined
  const hear = (err: unknown): void => void (broken = { err })
  body.on('error', hear)
  await waited
  // What breaks says so a tick later
  await new Promise<void>(resolve => process.nextTick(resolve))
  body.off('error', hear)
  if (broken && ctx.writable) throw broken.err
}

function streamOf({ body }: Context): EventEmitter | undefined {
  const { pipe, on } = (body ?? {}) as { pipe?: unknown; on?: unknown }
  return typeof pipe === 'function' && typeof on === 'function' ? (body as EventEmitter) : undefined
}
