import type { ServerResponse } from 'node:http'
import { Drain } from './drain'
import type { Gate } from './gate'
import { isRefused, type Call, type Method, type Native } from './held-call'
import { sayEnded, sayHeadersSent } from './pretence'
import { checkChunk, checkHead, type Args } from './soundness'

/** A response whose calls go through a gate. */
export class HeldResponse {
  readonly #res: ServerResponse
  readonly #gate: Gate
  /** Node's methods, or those of a middleware that came before. */
  readonly #native: Record<Method, Native>
  readonly #line: Call[] = []
  #begun = false
  #ended = false
  /** `settling`: the headers are told to all who listen for them. `sending`: what comes now comes from below, and is for Node. */
  #phase: 'holding' | 'settling' | 'sending' = 'holding'
  #advancing = false
  #headersDue = false
  /** All who listen for headers have been told. */
  #told = false
  /** Made where somebody may have to be told: most responses are never full. */
  #drain: Drain | undefined
  /** Whoever was given the last write found it too much, and will say when it is not any more. */
  #full = false
  /** Another answer is on its way, or has been given: the handler that gave the first knows nothing of it. */
  #replaced: 'no' | 'soon' | 'yes' = 'no'
  /** What makes the response say the truth again. */
  #truth: { headersSent?: (() => void) | undefined; ended?: (() => void) | undefined } | undefined

  constructor(res: ServerResponse, gate: Gate) {
    this.#res = res
    this.#gate = gate
    // A neighbour's `on` has to be heard from the start
    if (Object.hasOwn(res, 'on')) this.#drain = new Drain(res)
    const { writeHead, flushHeaders, write, end, flush } = res as unknown as Record<Method, Native>
    this.#native = { writeHead, flushHeaders, write, end, flush }
  }

  /** Somebody is at the headers. The gate is told when they are written: by then it has decided. */
  headers(): void {
    if (this.#told) return
    this.#told = true
    if (this.#phase === 'settling' || (this.#phase === 'holding' && this.#holdsHead)) this.#headersDue = true
    else this.#gate.headers()
  }

  /** A head without headers of its own: as on-headers has it, whoever is told may still set another status. */
  head(args: unknown[]): unknown {
    const res = this.#res
    res.statusCode = args[0] as number
    this.headers()
    return this.writeHead(typeof args[0] === 'number' && res.statusCode !== args[0] ? [res.statusCode] : args)
  }

  writeHead(args: unknown[]): unknown {
    if (this.#phase === 'settling') {
      // A neighbour's own reason
      if (typeof args[1] === 'string') this.#res.statusMessage = args[1]
      return this.#res
    }
    if (this.#phase === 'sending' || !this.#holdsHead) return this.#native.writeHead.apply(this.#res, args)
    this.#submit({ method: 'writeHead', args, asks: 'first' })
    return this.#res
  }

  flushHeaders(): void {
    this.#submit({ method: 'flushHeaders', args: [], asks: this.#begun ? 'nothing' : 'first' })
  }

  write(args: unknown[]): boolean {
    if (this.#isNode) checkChunk('write', args as Args)
    const sent = this.#submit({ method: 'write', args, asks: this.#begun ? 'nothing' : 'first' })
    // Node says it with false that the writer should wait, and with 'drain' that it need not any more
    if (this.#line.length > 0) (this.#drain ??= new Drain(this.#res)).want()
    return Boolean(sent)
  }

  flush(args: unknown[]): void {
    this.#submit({ method: 'flush', args, asks: 'nothing' })
  }

  end(args: unknown[]): ServerResponse {
    if (this.#isNode && !this.#ended) checkChunk('end', args as Args)
    this.#submit({ method: 'end', args, asks: this.#ended ? 'nothing' : 'last' })
    return this.#res
  }

  /** HTTP/1 sends no byte of it before the first of the body. */
  get #holdsHead(): boolean {
    return this.#gate.strict || this.#res.req?.httpVersionMajor === 2
  }

  get #isNode(): boolean {
    return typeof this.#native.writeHead === 'function'
  }

  /** What Node returned, or undefined where the call waits or is dropped. */
  #submit(call: Call): unknown {
    if (this.#phase === 'sending') return this.#native[call.method].apply(this.#res, call.args)
    if (this.#replaced === 'soon' || (this.#replaced === 'yes' && this.#ended)) return undefined
    if (this.#line.length === 0) {
      this.#ask(call)
      if (call.verdict) return this.#obey(call)
    }
    return this.#wait(call)
  }

  #ask(call: Call): void {
    if (call.asks === 'nothing') return void (call.verdict = 'pass')
    this.#gate.bytes(call.asks === 'last', verdict => {
      if (call.verdict) return
      call.verdict = verdict
      if (this.#line[0] === call && this.#phase === 'holding' && !this.#advancing) this.#advance()
    })
  }

  #obey(call: Call): unknown {
    if (isRefused(call, this.#res)) return this.#replace(call.verdict)
    const [begun, ended] = [this.#begun, this.#ended]
    this.#note(call)
    try {
      return this.#send(call)
    } catch (err) {
      this.#begun = begun
      this.#ended = ended
      throw err
    }
  }

  #note({ asks }: Call): void {
    this.#begun ||= asks !== 'nothing'
    this.#ended ||= asks === 'last'
  }

  #send({ method, args, asks, verdict }: Call): unknown {
    if (typeof verdict === 'function') setImmediate(verdict)
    if (this.#headersDue) this.#gate.headers()
    this.#headersDue = false
    this.#phase = 'sending'
    try {
      if (method === 'end' && asks === 'nothing') return this.#endAgain(args)
      const sent = this.#native[method].apply(this.#res, args)
      if (method === 'write') this.#full = sent === false
      return sent
    } finally {
      this.#phase = 'holding'
    }
  }

  /** A second chunk is an 'error' event, which ends the process where nobody listens. Upstream dropped the whole call; so do we the chunk there. */
  #endAgain(args: unknown[]): void {
    const res = this.#res
    if (res.listenerCount?.('error') > 0) return void this.#native.end.apply(res, args)
    // Past those who came before us, whose turn was the first end
    const { end } = Object.getPrototypeOf(res) as { end?: Native }
    end?.call(
      res,
      args.find(arg => typeof arg === 'function'),
    )
  }

  /** Nothing that waits is sent. */
  #drop(answer: () => void): void {
    this.#line.length = 0
    this.#tell('ended')
    this.#replace(answer)
  }

  #replace(answer: () => void): void {
    this.#replaced = 'soon'
    this.#begun = this.#ended = false
    // The length of an answer that will not be given
    if (this.#res.hasHeader?.('Content-Length')) this.#res.removeHeader('Content-Length')
    setImmediate(() => {
      this.#replaced = 'yes'
      // What the old handler writes now cannot be told from another answer; at least it is no success
      if (this.#res.statusCode < 400) this.#res.statusCode = 500
      answer()
    })
  }

  #wait(call: Call): void {
    this.#line.push(call)
    const [begun, ended] = [this.#begun, this.#ended]
    this.#note(call)
    try {
      this.#settleHeaders(call)
    } catch (err) {
      call.failed = true
      this.#begun = begun
      this.#ended = ended
      throw err
    } finally {
      if (this.#line[0] === call && call.verdict) this.#advance()
    }
    if (call.method === 'end' && this.#line.includes(call)) (this.#truth ??= {}).ended ??= sayEnded(this.#res)
  }

  /** Everybody who listens for headers is told, but nothing is written yet: what comes of the response's other fields, Node knows best. */
  #settleHeaders({ method }: Call): void {
    const res = this.#res
    if (!this.#isNode || res.headersSent) return
    this.#phase = 'settling'
    try {
      // A call of it has come through the listeners
      if (method !== 'writeHead') res.writeHead(res.statusCode)
      checkHead(res)
      // All have been told: when Node comes to the headers, they are its own
      res.writeHead = this.#native.writeHead as ServerResponse['writeHead']
      ;(this.#truth ??= {}).headersSent = sayHeadersSent(res)
    } finally {
      this.#phase = 'holding'
    }
  }

  /** The first call of the line may go, and all behind it for which nobody has to be asked. */
  #advance(): void {
    const line = this.#line
    this.#tell('headersSent')
    this.#advancing = true
    try {
      do {
        const call = line.shift() as Call
        if (isRefused(call, this.#res)) return this.#drop(call.verdict)
        if (call.method === 'end') this.#tell('ended')
        if (!call.failed) this.#send(call)
        if (line[0]) this.#ask(line[0])
      } while (line[0]?.verdict)
    } catch (err) {
      if (!this.#res.headersSent) return this.#drop(() => this.#gate.failed(err))
      line.length = 0
      this.#gate.failed(err)
      this.#res.destroy(err as Error)
    } finally {
      this.#advancing = false
    }
    if (line.length === 0 && !this.#ended) this.#drain?.tell(this.#full)
  }

  #tell(what: 'headersSent' | 'ended'): void {
    if (!this.#truth) return
    this.#truth[what]?.()
    this.#truth[what] = undefined
  }
}
