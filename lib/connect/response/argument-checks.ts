import { ServerResponse } from 'node:http'
import { Writable } from 'node:stream'
import { isUint8Array } from 'node:util/types'
import type { Method } from './deferred-call'

/** The arguments of `res.write` and `res.end`. */
type Args = [chunk?: unknown, encoding?: unknown, callback?: unknown]

/**
 * Refuses arguments that Node would refuse, before the call waits. A middleware before the session, which has patched the method, may accept others.
 *
 * @param native the method of Node, or of that middleware
 * @param hasEnded whether `end` was called
 * @throws what the method of Node throws
 */
export function checkArguments(res: ServerResponse, method: Method, native: unknown, args: unknown[], hasEnded: boolean): void {
  if (method === 'writeHead') checkHead(res, args)
  else if (isPatched(res, method, native)) return
  else if (method === 'write') checkChunk('write', hasEnded ? [args[0]] : (args as Args))
  else if (method === 'end' && !hasEnded) checkChunk('end', args as Args)
}

/** Whether a method is not that of the class of the response. Classes that derive from Node's accept what Node accepts. */
function isPatched(res: ServerResponse, method: Method, native: unknown): boolean {
  return (Object.getPrototypeOf(res) as Record<Method, unknown> | null)?.[method] !== native
}

/**
 * Refuses a chunk that Node would refuse, while the app's call is on the stack, so that the app can still respond.
 *
 * @throws what `res.write` and `res.end` of Node throw
 */
function checkChunk(method: 'write' | 'end', [chunk, encoding]: Args): void {
  // `end` takes any falsy value, and a callback, as no chunk
  if (method === 'end' && (!chunk || typeof chunk === 'function')) return
  if (typeof chunk !== 'string' && !isUint8Array(chunk)) return refuseLikeNode(chunk)
  if (!encoding || typeof encoding === 'function' || Buffer.isEncoding(encoding as string)) return
  refuseLikeNode(chunk, encoding)
}

/** A stream of Node throws the same errors as a response of Node. */
function refuseLikeNode(...args: unknown[]): void {
  new Writable({ write: (_chunk, _encoding, done) => done() }).write(...(args as [unknown]))
}

/**
 * Refuses a status, reason or trailer that Node would refuse, before the response waits for the store.
 *
 * @param args of `writeHead`; missing ones are taken from the response
 * @throws what `res.writeHead` of Node throws
 */
function checkHead(res: ServerResponse, args: unknown[] = []): void {
  // HTTP/2 has no reason, and refuses a status when it is set
  if (!(res instanceof ServerResponse)) return
  const statusCode = args.length > 0 ? (args[0] as number) : res.statusCode
  const statusMessage = typeof args[1] === 'string' ? args[1] : res.statusMessage
  if (Number.isInteger(statusCode) && statusCode >= 100 && statusCode <= 999 && !statusMessage && !res.hasHeader('Trailer')) return
  const trial = new ServerResponse(res.req)
  for (const [name, value] of Object.entries(res.getHeaders())) trial.setHeader(name, value as string)
  trial.writeHead(statusCode, statusMessage)
}

/**
 * Calls all listeners for headers without writing any header. Node then writes the head from the fields of the response.
 *
 * @param isGiven whether the app called `writeHead`, so that the listeners have been called
 * @param native `writeHead` of Node, or of a middleware before this one
 * @throws what `res.writeHead` of Node throws
 */
export function settleHead(res: ServerResponse, isGiven: boolean, native: unknown): void {
  const { statusMessage } = res instanceof ServerResponse ? res : { statusMessage: undefined }
  try {
    if (!isGiven) res.writeHead(res.statusCode)
    checkHead(res)
    // All listeners have been called. When Node writes the head, it calls its own method
    res.writeHead = native as ServerResponse['writeHead']
  } catch (err) {
    // Otherwise the response of the error handler would be refused for the same reason
    if (res instanceof ServerResponse && statusMessage !== res.statusMessage) res.statusMessage = statusMessage as string
    throw err
  }
}
