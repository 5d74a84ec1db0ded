import type { ServerResponse } from 'node:http'
import onHeaders = require('on-headers')
import { contentLength } from './content-length'

/** `withhold`: the app's answer must not go out, another will come in its place. Not heeded once headers have been written. */
export type Verdict = 'pass' | 'withhold'

/** Who decides when a response may leave. */
export interface Gate {
  /** The headers are about to be written. Called once. */
  headers(): void
  /** Bytes are about to leave, the first or the last. */
  bytes(last: boolean, answer: (verdict: Verdict) => void): void
}

type Args = [chunk?: unknown, encoding?: unknown, callback?: unknown]
type Native = (...args: Args) => unknown

/** A call that the app made and that Node has not been given yet. */
interface Call {
  readonly method: 'write' | 'end' | 'flushHeaders'
  readonly args: Args
  /** What the gate has to be asked before. */
  readonly asks: 'first' | 'last' | 'nothing'
}

/**
 * The one patch of a response: no byte leaves before the gate lets it. While the gate thinks, the headers are committed, so that `headersSent` is
 * true, and the app's calls wait in a line; then Node is given those very calls and answers them as it always does. A gate that answers at once
 * leaves everything to Node.
 */
export function holdResponse(res: ServerResponse, gate: Gate): void {
  const held = new HeldResponse(res, gate)
  onHeaders(res, () => gate.headers())
  if (typeof res.write === 'function') res.write = (...args: Args) => held.write(args)
  if (typeof res.end === 'function') res.end = (...args: Args) => held.end(args)
  if (typeof res.flushHeaders === 'function') res.flushHeaders = () => held.flushHeaders()
}

class HeldResponse {
  readonly #res: ServerResponse
  readonly #gate: Gate
  /** Node's methods, or those of a middleware that came before. */
  readonly #native: Record<Call['method'] | 'writeHead', Native>
  readonly #line: Call[] = []
  #begun = false
  #ended = false
  #wantsDrain = false
  /** Undo what was said of the response while calls wait. */
  readonly #restore: { headersSent?: () => void; writableEnded?: () => void } = {}

  constructor(res: ServerResponse, gate: Gate) {
    this.#res = res
    this.#gate = gate
    const { write, end, flushHeaders, writeHead } = res
    this.#native = { write, end, flushHeaders, writeHead } as unknown as Record<Call['method'] | 'writeHead', Native>
  }

  write(args: Args): boolean {
    if (!isSound(args)) return Boolean(this.#native.write.apply(this.#res, args))
    const sent = this.#submit({ method: 'write', args, asks: this.#begun ? 'nothing' : 'first' })
    // Node says it with false that the writer should wait, and with 'drain' that it need not any more
    if (sent === undefined) this.#wantsDrain = true
    return Boolean(sent)
  }

  flushHeaders(): void {
    this.#submit({ method: 'flushHeaders', args: [], asks: this.#begun ? 'nothing' : 'first' })
  }

  end(args: Args): ServerResponse {
    if (!isSound(args)) this.#native.end.apply(this.#res, args)
    else if (this.#ended) this.#submit({ method: 'end', args: this.#harmless(args), asks: 'nothing' })
    else this.#submit({ method: 'end', args, asks: 'last' })
    return this.#res
  }

  /** A second chunk is an 'error' event, which ends the process where nobody listens. Upstream dropped it; so do we there. */
  #harmless(args: Args): Args {
    if (this.#res.listenerCount('error') > 0) return args
    return [undefined, undefined, args.find(arg => typeof arg === 'function')]
  }

  /** What Node returned, or undefined where the call waits. */
  #submit(call: Call): unknown {
    if (call.asks !== 'nothing') this.#begun = true
    if (call.asks === 'last') this.#ended = true
    if (this.#line.length > 0) return this.#wait(call)
    const verdict = this.#ask(call)
    if (verdict === 'pass' || (verdict === 'withhold' && this.#res.headersSent)) return this.#send(call)
    if (verdict === 'withhold') return this.#startOver()
    try {
      this.#commitHeaders(call)
    } catch (err) {
      this.#startOver()
      throw err
    }
    return this.#wait(call)
  }

  /** The gate's verdict, or undefined where it comes later. */
  #ask(call: Call): Verdict | undefined {
    if (call.asks === 'nothing') return 'pass'
    let verdict: Verdict | undefined
    let asking = true
    this.#gate.bytes(call.asks === 'last', answer => {
      if (verdict) return
      verdict = answer
      if (!asking && this.#line[0] === call) this.#advance()
    })
    asking = false
    return verdict
  }

  #send({ method, args }: Call): unknown {
    return this.#native[method].apply(this.#res, args)
  }

  #startOver(): void {
    this.#begun = this.#ended = false
    // The length of an answer that will not be given
    this.#res.removeHeader('Content-Length')
  }

  #wait(call: Call): undefined {
    this.#line.push(call)
    if (call.method === 'end') this.#pretend('writableEnded')
  }

  #commitHeaders({ asks, args }: Call): void {
    const res = this.#res
    // The response of a socket library may have no headers at all
    if (res.headersSent || typeof this.#native.writeHead !== 'function') return
    // HTTP/2 sends headers as soon as they are written
    if (res.req?.httpVersionMajor === 2) return this.#pretend('headersSent')
    const length = asks === 'last' ? contentLength(res, args[0], args[1]) : undefined
    if (length !== undefined) res.setHeader('Content-Length', length)
    res.writeHead(res.statusCode)
  }

  /** The first call of the line may go, and all behind it for which nobody has to be asked. */
  #advance(): void {
    const line = this.#line
    this.#restore.headersSent?.()
    try {
      do {
        const call = line.shift() as Call
        if (call.method === 'end') this.#restore.writableEnded?.()
        this.#send(call)
      } while (line[0] && this.#ask(line[0]))
    } catch (err) {
      line.length = 0
      this.#res.destroy(err as Error)
    }
    if (line.length === 0) this.#drain()
  }

  /** Lets a property say true while a call waits that will make it true. */
  #pretend(name: 'headersSent' | 'writableEnded'): void {
    const res = this.#res
    const own = Object.getOwnPropertyDescriptor(res, name)
    Object.defineProperty(res, name, { value: true, configurable: true, writable: true })
    this.#restore[name] = () => {
      delete this.#restore[name]
      if (own) Object.defineProperty(res, name, own)
      else delete (res as Partial<Record<typeof name, boolean>>)[name]
    }
  }

  #drain(): void {
    if (!this.#wantsDrain || this.#ended || this.#res.writableNeedDrain) return
    this.#wantsDrain = false
    this.#res.emit('drain')
  }
}

/** Node throws for anything else, and should do it while the app's call is on the stack. */
function isSound([chunk, encoding]: Args): boolean {
  if (chunk != null && typeof chunk !== 'string' && typeof chunk !== 'function' && !(chunk instanceof Uint8Array)) return false
  return typeof encoding !== 'string' || Buffer.isEncoding(encoding)
}
