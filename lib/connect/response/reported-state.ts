import { ServerResponse, STATUS_CODES } from 'node:http'

/** What the calls that wait have promised to their callers. */
export interface Promised {
  /** The headers are settled. */
  headers: boolean
  /** They, or something behind them, are on their way. */
  bytes: boolean
  /** `end` was called. */
  end: boolean
  /** A `write` returned false, and its caller waits for 'drain'. */
  drain: boolean
  /** `destroy` was called, and is deferred. */
  destroy: boolean
}

/** The methods that throw once headers are sent, with the verb of Node's message. A response of HTTP/1 refuses them itself, because of its `_header`. */
const LATE = { setHeader: 'set', setHeaders: 'set', appendHeader: 'append', removeHeader: 'remove', writeHead: 'write' } as const

/** What the response had of its own under a name. */
type Own = [name: string, descriptor: PropertyDescriptor | undefined]

/**
 * Makes a response report what its callers were promised, and not what Node has been given so far. Node derives `headersSent`, `writableEnded` and the
 * refusal of headers from fields that every framework reads too, so that these are set, and what does not follow from them is set beside them.
 */
export class ReportedState {
  readonly #own: Own[] = []
  #head: { statusCode: number; statusMessage: string | undefined } | undefined

  constructor(private readonly res: ServerResponse) {}

  /** Reports these promises, in place of those before. */
  report(promised: Promised): void {
    this.withdraw()
    const { res } = this
    if (promised.headers) this.#head = headOf(res)
    for (const [name, value] of fieldsOf(res, promised)) this.#set(name, value)
    if (promised.headers && !res.headersSent) this.#set('headersSent', true)
    if (promised.end && !res.writableEnded && !isCaptured(res)) this.#set('writableEnded', true)
  }

  /** Reports Node's own state again. A status that was set since the headers were settled is forgotten, as it is after Node has sent them. */
  withdraw(): void {
    const { res } = this
    // The youngest first: an object loses that at the least cost
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

/** The fields of a response, and the values that agree with what was promised. */
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
    // The listeners of on-headers have still to be called when they are sent
    ['writeHead', () => refuse(res, 'write')],
  ]
}

function endFields(res: ServerResponse): Field[] {
  const fields: Field[] = [['addTrailers', () => {}]]
  if (isCaptured(res)) return fields
  // Node derives it from the next one
  if ('writableFinished' in res) fields.push(['writableFinished', false])
  if ('finished' in res) fields.push(['finished', true])
  // Node believes `finished` when a pipelined response is given its socket
  if (res instanceof ServerResponse && !res.socket) fields.push(['_finish', () => {}])
  return fields
}

/**
 * Whether an adapter, such as serverless-http, captures what is written to a socket of its own. As soon as `finished` or `writableEnded` is true it takes
 * what it has for all of the response, so that these stay false.
 */
function isCaptured(res: ServerResponse): boolean {
  const { socket } = res as { socket?: { emit?: unknown } | null }
  return res instanceof ServerResponse && Boolean(socket) && typeof socket?.emit !== 'function'
}

/** @returns whether it is a response of the compatibility layer of node:http2, which has no reason and warns who reads it */
export function isHttp2(res: ServerResponse): boolean {
  return res.req?.httpVersionMajor === 2 && !(res instanceof ServerResponse)
}

function headOf(res: ServerResponse): { statusCode: number; statusMessage: string | undefined } {
  return { statusCode: res.statusCode, statusMessage: isHttp2(res) ? undefined : res.statusMessage }
}

/** The head as far as it is known: the session's cookie is not, and neither are the headers that Node adds. */
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
