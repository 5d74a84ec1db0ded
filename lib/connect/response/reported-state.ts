import { ServerResponse, STATUS_CODES } from 'node:http'
import type { CallLine } from './call-line'

/** What the waiting calls have promised to their callers. */
export interface Promised {
  /** The headers are settled. */
  readonly headers: boolean
  /** The arguments of a `writeHead` that waits. */
  readonly head: unknown[] | undefined
  /** The headers, or data after them, are being sent. */
  readonly bytes: boolean
  /** `end` was called. */
  readonly end: boolean
  /** A `write` returned false, and its caller waits for 'drain'. */
  readonly drain: boolean
  /** `destroy` was called, and is deferred. */
  readonly destroy: boolean
  /** The argument of that call. */
  readonly error: unknown
  /**
   * A method that wraps Node's, such as that of compression, has received a part of the body, and may pass it to Node at any time. Node must find its
   * own state then: after `finished` and `destroyed` it refuses data and emits no 'drain', and `_headerSent` would make it skip the headers.
   */
  readonly isBusy: boolean
}

const PROMISES = ['headers', 'head', 'bytes', 'end', 'drain', 'destroy', 'error', 'isBusy'] as const satisfies (keyof Promised)[]

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
  #promised: Promised | undefined
  /** Node's own `writableLength`, while another is reported. */
  #length: number | undefined
  #head: { statusCode: number; statusMessage: string | undefined } | undefined

  constructor(
    private readonly res: ServerResponse,
    private readonly line: CallLine,
  ) {}

  /** Reports these promises instead of earlier ones. Most calls that wait promise nothing new. */
  report(promised: Promised): void {
    const reported = this.#promised
    if (reported && PROMISES.every(name => reported[name] === promised[name])) return this.#updateLength()
    this.withdraw()
    this.#promised = promised
    if (!promised.isBusy) this.#reportSent(promised)
    const { res } = this
    if (promised.end) this.#setAll(endFields(res, promised.isBusy))
    else if (promised.drain && 'writableNeedDrain' in res) this.#set('writableNeedDrain', true)
    if (promised.end && !res.writableEnded && !isCaptured(res)) this.#set('writableEnded', true)
  }

  /** Reports what Node's own methods read too. */
  #reportSent({ headers, head, bytes, destroy, error }: Promised): void {
    const { res } = this
    if (headers) this.#head = headOf(res)
    if (headers && !res.headersSent) {
      this.#setAll(headFields(res, head))
      this.#set('headersSent', true)
    }
    if (bytes && res instanceof ServerResponse) this.#set('_headerSent', true)
    if (bytes) this.#setLength()
    if (destroy && 'destroyed' in res) this.#set('destroyed', true)
    if (destroy && 'errored' in res) this.#set('errored', error)
  }

  /** Reports Node's own state again. A status that was set after the headers were settled is discarded, as Node does. */
  withdraw(): void {
    const { res } = this
    this.#promised = undefined
    this.#length = undefined
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

  #setAll(fields: Field[]): void {
    for (const [name, value] of fields) this.#set(name, value)
  }

  #set(name: string, value: unknown): void {
    const { res } = this
    const own = Object.getOwnPropertyDescriptor(res, name)
    this.#own.push([name, own])
    Object.defineProperty(res, name, own?.writable ? { value } : { value, configurable: true, writable: true })
  }

  /** Adds the chunks that wait to `writableLength`. A getter for each response would make V8 treat all responses as dictionaries. */
  #setLength(): void {
    const { res, line } = this
    if (!('writableLength' in res)) return
    this.#length = res.writableLength
    this.#set('writableLength', this.#length + line.size)
  }

  #updateLength(): void {
    if (this.#length !== undefined) (this.res as { writableLength: number }).writableLength = this.#length + this.line.size
  }
}

type Field = [name: string, value: unknown]

/** @param head arguments of a `writeHead` that waits: Node's would set the status and the reason on the response */
function headFields(res: ServerResponse, head: unknown[] = [res.statusCode]): Field[] {
  if (!(res instanceof ServerResponse)) {
    const late = Object.entries(LATE).filter(([name]) => name in res)
    return late.map(([name, verb]) => [name, () => refuse(res, verb)])
  }
  const [status, reason] = head
  const statusCode = Number(status) | 0
  const statusMessage = typeof reason === 'string' ? reason : res.statusMessage || STATUS_CODES[statusCode] || 'unknown'
  return [
    // Node makes a number of it
    ...(statusCode === res.statusCode ? [] : [['statusCode', statusCode] satisfies Field]),
    ['statusMessage', statusMessage],
    ['_header', headerText(res, `${statusCode} ${statusMessage}`)],
    // The listeners of on-headers must still be called when the headers are sent
    ['writeHead', () => refuse(res, 'write')],
  ]
}

function endFields(res: ServerResponse, isBusy: boolean): Field[] {
  // HTTP/2 sends trailers that are added after the end, as long as the data have not been sent
  const fields: Field[] = isHttp2(res) ? [] : [['addTrailers', () => {}]]
  if (isBusy || isCaptured(res)) return fields
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

/**
 * Whether the response has the `write` and `end` of Node, which write the head, or wraps them. Behind Express a mock has Node's prototype, but not the
 * fields.
 */
export function isOfNode(res: ServerResponse): boolean {
  return '_header' in res || isHttp2(res)
}

function headOf(res: ServerResponse): { statusCode: number; statusMessage: string | undefined } {
  return { statusCode: res.statusCode, statusMessage: isHttp2(res) ? undefined : res.statusMessage }
}

/** The known head: without the session's cookie and the headers that Node adds. */
function headerText(res: ServerResponse, status: string): string {
  let text = `HTTP/1.1 ${status}\r\n`
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
