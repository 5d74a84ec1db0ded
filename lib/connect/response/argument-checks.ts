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
 * @param args of `writeHead`; what they lack is the response's
 * @throws what `res.writeHead` of Node throws
 */
export function checkHead(res: ServerResponse, args: unknown[] = []): void {
  // HTTP/2 has no reason, and refuses a status as it is set
  if (!(res instanceof ServerResponse)) return
  const statusCode = args.length > 0 ? (args[0] as number) : res.statusCode
  const statusMessage = typeof args[1] === 'string' ? args[1] : res.statusMessage
  if (Number.isInteger(statusCode) && statusCode >= 100 && statusCode <= 999 && !statusMessage && !res.hasHeader('Trailer')) return
  const trial = new ServerResponse(res.req)
  for (const [name, value] of Object.entries(res.getHeaders())) trial.setHeader(name, value as string)
  trial.writeHead(statusCode, statusMessage)
}

/**
 * Tells all who listen for headers, without writing any: what comes of the response's other fields, Node knows best.
 *
 * @param isGiven whether it is a `writeHead` that waits, which has come through the listeners
 * @param native Node's `writeHead`, or that of a middleware that came before
 * @throws what `res.writeHead` of Node throws
 */
export function settleHead(res: ServerResponse, isGiven: boolean, native: unknown): void {
  const { statusMessage } = res instanceof ServerResponse ? res : { statusMessage: undefined }
  try {
    if (!isGiven) res.writeHead(res.statusCode)
    checkHead(res)
    // All have been told: when Node comes to the headers, they are its own
    res.writeHead = native as ServerResponse['writeHead']
  } catch (err) {
    // Else the response of the error handler would be refused for the same reason
    if (res instanceof ServerResponse && statusMessage !== res.statusMessage) res.statusMessage = statusMessage as string
    throw err
  }
}
