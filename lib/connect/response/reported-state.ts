import { ServerResponse, STATUS_CODES } from 'node:http'

/** What the waiting calls have promised to their callers. */
export interface Promised {
  /** The headers are settled. */
  headers: boolean
  /** The headers, or data after them, are being sent. */
  bytes: boolean
  /** `end` was called. */
  end: boolean
  /** A `write` returned false, and its caller waits for 'drain'. */
  drain: boolean
  /** `destroy` was called, and is deferred. */
  destroy: boolean
}

/**
 * The methods that throw after headers are sent, with the verb of Node's message. An HTTP/1 response refuses them itself, because of its `_header`.
 */
const LATE = { setHeader: 'set', setHeaders: 'set', appendHeader: 'append', removeHeader: 'remove', writeHead: 'write' } as const

/** A property that the response had before, or undefined. */
type Own = [name: string, descriptor: PropertyDescriptor | undefined]

/**
 * Makes a response report what its callers were promised instead of what Node has received. Node derives `headersSent`, `writableEnded` and the
 * refusal of headers from fields that frameworks read too. These fields are set, and the properties that are not derived from them.
 */
export class ReportedState {
  readonly #own: Own[] = []
  #head: { statusCode: number; statusMessage: string | undefined } | undefined

  constructor(private readonly res: ServerResponse) {}

  /** Reports these promises instead of earlier ones. */
  report(promised: Promised): void {
    this.withdraw()
    const { res } = this
    if (promised.headers) this.#head = headOf(res)
    for (const [name, value] of fieldsOf(res, promised)) this.#set(name, value)
    if (promised.headers && !res.headersSent) this.#set('headersSent', true)
    if (promised.end && !res.writableEnded && !isCaptured(res)) this.#set('writableEnded', true)
  }

  /** Reports Node's own state again. A status that was set after the headers were settled is discarded, as Node does. */
  withdraw(): void {
    const { res } = this
    // In reverse order, which is the cheapest way for V8 to delete properties
    for (let i = this.#own.length; i-- > 0;) {
      const [name, descriptor] = this.#own[i] as Own
      // Node has closed it meanwhile
      if (name === 'destroyed' && res.closed) continue
      if (descriptor) Object.defineProperty(res, name, descriptor)
      else delete (res as unknown as Record<string, unknown>)[name]
    }
    this.#own.length = 0
    if (!this.#head) return
    const { statusCode, statusMessage } = this.#head
    this.#head = undefined
    if (res.statusCode !== statusCode) res.statusCode = statusCode
    if (!isHttp2(res)) res.statusMessage = statusMessage as string
  }

  #set(name: string, value: unknown): void {
    const { res } = this
    const own = Object.getOwnPropertyDescriptor(res, name)
    this.#own.push([name, own])
    Object.defineProperty(res, name, own?.writable ? { value } : { value, configurable: true, writable: true })
  }
}

type Field = [name: string, value: unknown]

/** The fields of a response with the values that match the promises. */
function fieldsOf(res: ServerResponse, { headers, bytes, end, drain, destroy }: Promised): Field[] {
  const fields = headers && !res.headersSent ? headFields(res) : []
  if (bytes && res instanceof ServerResponse) fields.push(['_headerSent', true])
  if (end) fields.push(...endFields(res))
  else if (drain && 'writableNeedDrain' in res) fields.push(['writableNeedDrain', true])
  if (destroy && 'destroyed' in res) fields.push(['destroyed', true])
  return fields
}

function headFields(res: ServerResponse): Field[] {
  if (!(res instanceof ServerResponse)) {
    const late = Object.entries(LATE).filter(([name]) => name in res)
    return late.map(([name, verb]) => [name, () => refuse(res, verb)])
  }
  const statusMessage = res.statusMessage || STATUS_CODES[res.statusCode] || 'unknown'
  return [
    ['statusMessage', statusMessage],
    ['_header', headerText(res, statusMessage)],
    // The listeners of on-headers must still be called when the headers are sent
    ['writeHead', () => refuse(res, 'write')],
  ]
}

function endFields(res: ServerResponse): Field[] {
  // HTTP/2 sends trailers that are added after the end, as long as the data have not been sent
  const fields: Field[] = isHttp2(res) ? [] : [['addTrailers', () => {}]]
  if (isCaptured(res)) return fields
  // Node derives it from the next field
  if ('writableFinished' in res) fields.push(['writableFinished', false])
  if ('finished' in res) fields.push(['finished', true])
  // Node checks `finished` when a pipelined response gets its socket
  if (res instanceof ServerResponse && !res.socket) fields.push(['_finish', () => {}])
  return fields
}

/**
 * Whether an adapter such as serverless-http captures writes through a socket of its own. It takes the response as complete as soon as `finished` or
 * `writableEnded` is true, so both stay false.
 */
function isCaptured(res: ServerResponse): boolean {
  const { socket } = res as { socket?: { emit?: unknown } | null }
  return res instanceof ServerResponse && Boolean(socket) && typeof socket?.emit !== 'function'
}

/** @returns whether it is a response of the compatibility API of node:http2, which has no reason and warns if it is read */
export function isHttp2(res: ServerResponse): boolean {
  return res.req?.httpVersionMajor === 2 && !(res instanceof ServerResponse)
}

function headOf(res: ServerResponse): { statusCode: number; statusMessage: string | undefined } {
  return { statusCode: res.statusCode, statusMessage: isHttp2(res) ? undefined : res.statusMessage }
}

/** The known head: without the session's cookie and the headers that Node adds. */
function headerText(res: ServerResponse, statusMessage: string): string {
  let text = `HTTP/1.1 ${res.statusCode} ${statusMessage}\r\n`
  for (const [name, value] of Object.entries(res.getHeaders())) text += `${name}: ${String(value)}\r\n`
  return `${text}\r\n`
}

/** @throws what Node throws: https://nodejs.org/api/errors.html#err_http_headers_sent and #err_http2_headers_sent */
function refuse(res: ServerResponse, verb: string): never {
  const [message, code] = isHttp2(res)
    ? ['Response has already been initiated.', 'ERR_HTTP2_HEADERS_SENT']
    : [`Cannot ${verb} headers after they are sent to the client`, 'ERR_HTTP_HEADERS_SENT']
  throw Object.assign(new Error(message), { code })
}
