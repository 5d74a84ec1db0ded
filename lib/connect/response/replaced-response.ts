import type { ServerResponse } from 'node:http'
import type { Native } from './deferred-call'

/** Headers of a body, which are wrong for another one. */
const BODY_HEADERS = [
  'Content-Length',
  'Content-Encoding',
  'Content-Range',
  'Content-MD5',
  'ETag',
  'Last-Modified',
  'Transfer-Encoding',
  'Trailer',
]

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

/**
 * Prepares the head of a response for an error page: an error status, and no headers of the body that is not sent.
 *
 * @param listeners calls listeners for headers that have not been called yet
 */
export function clearHead(res: ServerResponse, listeners: Native | undefined): void {
  // A mock sets it before it calls `end`
  if (res.headersSent) Reflect.set(res, 'headersSent', false)
  if (res.statusCode < 400) res.statusCode = 500
  try {
    listeners?.call(res, res.statusCode)
  } catch {
    // The error handler gets the error that is the reason for its call
  }
  // Only headers that are set: Node closes the connection after a response whose framing headers were both removed
  for (const name of BODY_HEADERS) if (res.hasHeader?.(name)) res.removeHeader(name)
}
