import { ReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Native } from './deferred-call'
import { keepConnection } from './late-error'
import { isHttp2 } from './reported-state'
import { setImmediate } from '../../primitives/set-immediate'

/** Headers of a body, which are wrong for another one. */
const BODY_HEADERS = [
  'Content-Type',
  'Content-Length',
  'Content-Encoding',
  'Content-Range',
  'Content-MD5',
  'Content-Disposition',
  'Content-Language',
  'Content-Location',
  'Accept-Ranges',
  'Digest',
  'Content-Digest',
  'Repr-Digest',
  'Expires',
  'ETag',
  'Last-Modified',
  'Transfer-Encoding',
  'Trailer',
]

/** Headers that let caches store the page. Those of an app that forbids it for all its pages stay. */
const CACHE_HEADERS = ['Cache-Control', 'CDN-Cache-Control', 'Surrogate-Control']

/**
 * Gives a response its methods of an earlier time. A middleware that has patched it since, such as compression, has seen its end, and would drop the
 * calls of an error handler.
 *
 * @param methods own methods of the response; those of its class are undefined
 * @returns the method that calls the listeners for headers
 */
export function restoreMethods(res: ServerResponse, methods: Readonly<Record<string, unknown>>): Native {
  const own = res as unknown as Record<string, unknown>
  const { writeHead } = own
  for (const [name, method] of Object.entries(methods)) {
    if (method) own[name] = method
    else delete own[name]
  }
  return writeHead as Native
}

interface Replaced {
  readonly res: ServerResponse
  /** Calls listeners for headers that have not been called yet. */
  readonly listeners: Native | undefined
  readonly earlier: Earlier
  /** Milliseconds after which an error page that has not been sent may be cut off. */
  readonly longest: number
}

/**
 * Prepares a response whose calls are dropped for its error page.
 *
 * @param act responds with the error page. It is called before the writers of the dropped calls hear of their failure: a handler may pass that to
 * `next`, and Express would call the error handlers for it alone
 */
export function prepareErrorPage({ res, listeners, earlier, longest }: Replaced, act: () => void): void {
  const shield = shieldPage(res, longest)
  // A writer waits only after its call has returned
  setImmediate(() =>
    setImmediate(() => {
      const hadWriters = disconnectWriters(res, earlier)
      clearHead(res, listeners)
      shield.isOpen = true
      act()
      shield.isOpen = !hadWriters
    }),
  )
}

/** Sets an error status, and removes the headers of the body that is not sent. */
function clearHead(res: ServerResponse, listeners: Native | undefined): void {
  // A mock sets it before it calls `end`
  if (res.headersSent) Reflect.set(res, 'headersSent', false)
  if (res.statusCode < 400) res.statusCode = 500
  try {
    listeners?.call(res, res.statusCode)
  } catch {
    // The error handler gets the error that is the reason for its call
  }
  clearHeaders(res)
  if (!isHttp2(res) && res.statusMessage) res.statusMessage = undefined as never
  clearTrailers(res as unknown as Record<string | symbol, unknown>)
}

function clearHeaders(res: ServerResponse): void {
  // Only headers that are set: Node closes the connection after a response whose framing headers were both removed
  for (const name of BODY_HEADERS) if (res.hasHeader?.(name)) res.removeHeader(name)
  for (const name of CACHE_HEADERS)
    if (res.hasHeader?.(name) && !/no-store|no-cache/i.test(String(res.getHeader(name)))) res.removeHeader(name)
}

/** Removes trailers that were added. Node has no method for it. */
function clearTrailers(res: Record<string | symbol, unknown>): void {
  if (res._trailer) res._trailer = ''
  const key = Object.getOwnPropertySymbols(res).find(({ description }) => description === 'trailers')
  const trailers = (key && res[key]) as Record<string, unknown> | undefined
  for (const name of Object.keys(trailers ?? {})) delete trailers?.[name]
}

type Listener = (...args: unknown[]) => unknown

/** The source texts of 'close' listeners of `pipe`, `finished` and `pipeline`, in Node, readable-stream and end-of-stream. */
const OF_WRITERS = /\bunpipe\(\)|removeListener\(['"]data['"], ondata|ERR_STREAM_PREMATURE_CLOSE|onclosenexttick|!stream\.writable\b/

/** Listeners that a middleware added before the session. They stay for the error page. */
export type Earlier = Readonly<Record<'close' | 'drain', readonly unknown[]>>

const NONE: Earlier = { close: [], drain: [] }

/** @returns the listeners of the response when the session middleware runs */
export function earlierListeners(res: ServerResponse): Earlier {
  // A middleware that waits for 'drain' has wrapped `write`
  const isWrapped = Object.hasOwn(res, 'write')
  if (!isWrapped && !res.listenerCount?.('close')) return NONE
  return { close: res.rawListeners?.('close') ?? [], drain: res.rawListeners?.('drain') ?? [] }
}

/**
 * Disconnects the streams that write the replaced body, as if the response was destroyed: a `pipe` ends, a `pipeline` fails, and a writer that waits for
 * 'drain' waits forever. Otherwise the 'drain' of the error page would make them continue. Other listeners for 'close' are told after the error page.
 *
 * @returns whether there were any
 */
function disconnectWriters(res: ServerResponse, earlier: Earlier): boolean {
  // Responses of socket libraries may emit no events
  if (typeof res.rawListeners !== 'function') return false
  const own = (event: 'close' | 'drain'): Listener[] =>
    (res.rawListeners(event) as Listener[]).filter(listener => !earlier[event].includes(listener))
  for (const listener of own('drain')) res.removeListener('drain', listener)
  const sources: Readable[] = []
  const onUnpipe = (source: Readable): void => void sources.push(source)
  res.on('unpipe', onUnpipe)
  const writers = own('close').filter(isOfWriter)
  for (const listener of writers) {
    res.removeListener('close', listener)
    listener.call(res)
  }
  res.removeListener('unpipe', onUnpipe)
  for (const source of sources) closeFile(source)
  return writers.length > 0
}

function isOfWriter(listener: Listener & { listener?: Listener }): boolean {
  return OF_WRITERS.test(Function.prototype.toString.call(listener.listener ?? listener))
}

/** A file that is no longer piped stays open. Other sources may have a later consumer. */
function closeFile(source: Readable): void {
  if (source instanceof ReadStream && source.listenerCount('data') + source.listenerCount('readable') === 0) source.destroy()
}

/** While it is open, calls that close the connection pass. */
interface Shield {
  isOpen: boolean
}

/**
 * Keeps the connection of an error page open until the page is sent. The replaced handler may react to the failure of its stream with `res.destroy`, or
 * pass the error to an error handler that finds headers sent and destroys the socket.
 */
function shieldPage(res: ServerResponse, longest: number): Shield {
  const shield: Shield = { isOpen: false }
  const { destroy } = res
  if (typeof destroy !== 'function') return shield
  let timer: NodeJS.Timeout | undefined
  const later = (close: () => void): void => {
    if (shield.isOpen) close()
    else if (longest < Infinity && !res.writableFinished) timer ??= setTimeout(close, longest).unref()
  }
  const shielded = (err?: Error): ServerResponse => (later(() => void destroy.call(res, err)), res)
  res.destroy = shielded
  const done = (): void => {
    clearTimeout(timer)
    if (res.destroy === shielded) res.destroy = destroy
  }
  res.once?.('finish', done)
  res.once?.('close', done)
  keepConnection(res.req as IncomingMessage | undefined, later)
  return shield
}
