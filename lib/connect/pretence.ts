import { ServerResponse } from 'node:http'

/** The methods that are too late once headers are sent, with the verb of Node's message. */
const LATE = { setHeader: 'set', setHeaders: 'set', appendHeader: 'append', removeHeader: 'remove', writeHead: 'write' } as const

/**
 * Makes a response whose headers are settled but wait say that they are sent, and behave so: headers are refused in Node's words, and a status or
 * a reason set now changes nothing.
 *
 * @returns what makes it say the truth again
 */
export function sayHeadersSent(res: ServerResponse): () => void {
  const { statusCode } = res
  // HTTP/2 has no reason, and warns whoever reads it
  const statusMessage = res instanceof ServerResponse ? res.statusMessage : undefined
  const undo = Object.entries(LATE)
    .filter(([name]) => name in res)
    .map(([name, verb]) => say(res, name, () => refuse(res, verb)))
  undo.push(say(res, 'headersSent', true))
  return () => {
    takeBack(undo)
    if (res.statusCode !== statusCode) res.statusCode = statusCode
    if (res instanceof ServerResponse) res.statusMessage = statusMessage as string
  }
}

/** Makes a response say that its end has been called, which waits, and take no trailers any more. @returns what makes it say the truth again */
export function sayEnded(res: ServerResponse): () => void {
  const undo = [say(res, 'addTrailers', () => {}), say(res, 'writableEnded', true)]
  return () => takeBack(undo)
}

/** The youngest property first: an object takes that away cheaply. */
function takeBack(undo: (() => void)[]): void {
  while (undo.length > 0) undo.pop()?.()
}

function say(res: ServerResponse, name: string, value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(res, name)
  Object.defineProperty(res, name, { value, configurable: true, writable: true })
  return () => {
    if (own) Object.defineProperty(res, name, own)
    else delete (res as unknown as Record<string, unknown>)[name]
  }
}

/** @throws what Node throws: https://nodejs.org/api/errors.html#err_http_headers_sent and #err_http2_headers_sent */
function refuse(res: ServerResponse, verb: string): never {
  const [message, code] =
    res.req?.httpVersionMajor === 2
      ? ['Response has already been initiated.', 'ERR_HTTP2_HEADERS_SENT']
      : [`Cannot ${verb} headers after they are sent to the client`, 'ERR_HTTP_HEADERS_SENT']
  throw Object.assign(new Error(message), { code })
}
