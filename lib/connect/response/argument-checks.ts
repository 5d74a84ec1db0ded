import { OutgoingMessage, ServerResponse, type IncomingMessage } from 'node:http'
import { Writable } from 'node:stream'
import { isUint8Array } from 'node:util/types'
import type { Method, Native } from './deferred-call'
import { isHttp2 } from './reported-state'

/** The arguments of `res.write` and `res.end`. */
type Args = [chunk?: unknown, encoding?: unknown, callback?: unknown]

type Natives = Readonly<Record<Method, Native>>

/**
 * Refuses arguments that Node would refuse, before the call waits. A middleware before the session, which has patched the method, may accept others.
 *
 * @param native the methods of Node, or of that middleware
 * @param hasEnded whether `end` was called
 * @throws what the method of Node throws
 */
export function checkArguments(res: ServerResponse, method: Method, native: Natives, args: unknown[], hasEnded: boolean): void {
  // A response of a socket library, which has other rules
  if (typeof native.writeHead !== 'function') return
  if (method === 'writeHead') checkHead(res, args)
  else if (isPatched(res, method, native)) return
  else if (method === 'write') checkChunk(res, hasEnded ? [args[0]] : (args as Args))
  else if (method === 'end' && !hasEnded && !isNoChunk(res, args[0])) checkChunk(res, args as Args)
}

/** Whether a method before the session's wraps that of Node. */
export function isWrapped(res: ServerResponse, native: Natives): boolean {
  return isPatched(res, 'write', native) || isPatched(res, 'end', native)
}

/** Whether a method is not that of the class of the response. Classes that derive from Node's accept what Node accepts. */
function isPatched(res: ServerResponse, method: Method, native: Natives): boolean {
  return (Object.getPrototypeOf(res) as Partial<Natives> | null)?.[method] !== native[method]
}

/** What `end` takes as no chunk: a callback, and on HTTP/1 any falsy value. */
function isNoChunk(res: ServerResponse, chunk: unknown): boolean {
  return typeof chunk === 'function' || (!chunk && (chunk == null || !isHttp2(res)))
}

/**
 * Refuses a chunk that Node would refuse, while the app's call is on the stack, so that the app can still respond.
 *
 * @throws what `res.write` and `res.end` of Node throw
 */
function checkChunk(res: ServerResponse, [chunk, encoding]: Args): void {
  if (typeof chunk !== 'string' && !isUint8Array(chunk)) return refuseLikeNode(res, chunk)
  if (REJECTS && (res as Rejecting)[REJECTS]) writeBody(res, chunk)
  if (!encoding || typeof encoding === 'function' || Buffer.isEncoding(encoding as string)) return
  writeLikeNode(chunk, encoding)
}

/** The key under which a response has the option `rejectNonStandardBodyWrites` of its server. */
const REJECTS = Object.getOwnPropertySymbols(new OutgoingMessage()).find(
  ({ description }) => description === 'kRejectNonStandardBodyWrites',
)

type Rejecting = ServerResponse & Readonly<Record<symbol, unknown>>

/** A response of the same status to the same request, which is not sent, throws if it has no body. */
function writeBody({ req, statusCode }: ServerResponse, chunk: unknown): void {
  const options = { rejectNonStandardBodyWrites: true }
  const trial = new (ServerResponse as new (request: IncomingMessage, options: object) => ServerResponse)(req, options)
  trial.statusCode = statusCode
  trial.write(chunk)
}

/** A response of HTTP/1 accepts fewer chunks than a stream. One that was destroyed writes nothing, but checks first. */
function refuseLikeNode(res: ServerResponse, chunk: unknown): void {
  if (res instanceof ServerResponse) new OutgoingMessage().destroy().write(chunk)
  else writeLikeNode(chunk)
}

/** A stream of Node throws the same errors as a stream of HTTP/2, and for encodings the same as a socket. */
function writeLikeNode(...args: unknown[]): void {
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
