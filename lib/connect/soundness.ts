import { ServerResponse } from 'node:http'
import { Writable } from 'node:stream'
import { isUint8Array } from 'node:util/types'

/** The arguments of `res.write` and `res.end`. */
export type Args = [chunk?: unknown, encoding?: unknown, callback?: unknown]

/**
 * What Node would refuse is refused while the app's call is on the stack, so that the app can still answer.
 *
 * @throws what `res.write` and `res.end` of Node throw
 */
export function checkChunk(method: 'write' | 'end', [chunk, encoding]: Args): void {
  // `end` takes whatever is falsy, and a callback, for no chunk
  if (method === 'end' && (!chunk || typeof chunk === 'function')) return
  if (typeof chunk !== 'string' && !isUint8Array(chunk)) return refuseLikeNode(chunk)
  if (!encoding || typeof encoding === 'function' || Buffer.isEncoding(encoding as string)) return
  refuseLikeNode(chunk, encoding)
}

/** A stream of Node throws the same as a response of Node. */
function refuseLikeNode(...args: unknown[]): void {
  new Writable({ write: (_chunk, _encoding, done) => done() }).write(...(args as [unknown]))
}

/**
 * A status, a reason or a trailer that Node will not send must not wait for the store either.
 *
 * @throws what `res.writeHead` of Node throws
 */
export function checkHead(res: ServerResponse): void {
  // HTTP/2 has no reason, and refuses a status as it is set
  if (!(res instanceof ServerResponse)) return
  const { statusCode, statusMessage } = res
  if (Number.isInteger(statusCode) && statusCode >= 100 && statusCode <= 999 && !statusMessage && !res.hasHeader('Trailer')) return
  const trial = new ServerResponse(res.req)
  for (const [name, value] of Object.entries(res.getHeaders())) trial.setHeader(name, value as string)
  trial.writeHead(statusCode, statusMessage)
}
