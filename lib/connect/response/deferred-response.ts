import type { ServerResponse } from 'node:http'
import { callAfterDestroy, callAfterEnd } from './calls-after-end'
import { Drain } from './drain'
import type { Gate } from './gate'
import { isRefused, type DeferredCall, type Method, type Native } from './deferred-call'
import { checkChunk, checkHead, settleHead, type Args } from './argument-checks'
import { WhileDeferred } from './while-deferred'
import { setImmediate } from '../../primitives/set-immediate'

/** A response whose calls go through a gate. */
export class DeferredResponse {
  readonly #res: ServerResponse
  readonly #gate: Gate
  /** Node's methods, or those of a middleware that came before. */
  readonly #native: Record<Method, Native>
  readonly #line: DeferredCall[] = []
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
  /** Made when a call has to wait. */
  #held: WhileDeferred | undefined

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
    const { statusCode } = res
    if (statusCode !== args[0]) res.statusCode = args[0] as number
    this.headers()
    try {
      return this.writeHead(typeof args[0] === 'number' && res.statusCode !== args[0] ? [res.statusCode] : args)
    } catch (err) {
      // Node leaves a response as it was whose status it refuses
      res.statusCode = statusCode
      throw err
    }
  }

  writeHead(args: unknown[]): unknown {
    // A reason that a third-party package gives to the implicit head
    if (this.#phase === 'settling' && typeof args[1] === 'string') this.#res.statusMessage = args[1]
    if (this.#phase === 'settling') return this.#res
    if (this.#phase === 'sending' || !this.#holdsHead) return this.#native.writeHead.apply(this.#res, args)
    checkHead(this.#res, args)
    this.#submit({ method: 'writeHead', args, asks: 'first' })
    return this.#res
  }

  flushHeaders(): void {
    this.#submit({ method: 'flushHeaders', args: [], asks: this.#begun ? 'nothing' : 'first' })
  }

  write(args: unknown[]): unknown {
    if (this.#isNode) checkChunk('write', this.#ended ? [args[0]] : (args as Args))
    const returned = this.#submit({ method: 'write', args, asks: this.#begun ? 'nothing' : 'first' })
    // Node says it with false that the writer should wait, and with 'drain' that it need not any more
    if (this.#line.length > 0) (this.#drain ??= new Drain(this.#res)).want()
    return returned
  }

  flush(args: unknown[]): void {
    this.#submit({ method: 'flush', args, asks: 'nothing' })
  }

  end(args: unknown[]): unknown {
    if (this.#isNode && !this.#ended) checkChunk('end', args as Args)
    return this.#submit({ method: 'end', args, asks: this.#ended ? 'nothing' : 'last' })
  }

  /** HTTP/1 sends no byte of it before the first of the body. */
  get #holdsHead(): boolean {
    return this.#gate.strict || this.#res.req?.httpVersionMajor === 2
  }

  get #isNode(): boolean {
    return typeof this.#native.writeHead === 'function'
  }

  /** @returns what Node returned; for a call that waits or is dropped, what Node returns for one that it has to keep */
  #submit(call: DeferredCall): unknown {
    if (this.#phase === 'sending') return this.#native[call.method].apply(this.#res, call.args)
    const kept = call.method === 'end' ? this.#res : false
    if (this.#replaced === 'soon') return kept
    if (this.#held?.isDestroyed) return (callAfterDestroy(call.args), kept)
    if (this.#line.length === 0) {
      this.#ask(call)
      if (call.verdict) return this.#obey(call, kept)
    }
    this.#wait(call)
    return 'returned' in call ? call.returned : kept
  }

  #ask(call: DeferredCall): void {
    if (call.asks === 'nothing') return void (call.verdict = 'pass')
    this.#gate.bytes(call.asks === 'last', verdict => {
      if (call.verdict) return
      call.verdict = verdict
      if (this.#line[0] === call && this.#phase === 'holding' && !this.#advancing) this.#advance()
    })
  }

  #obey(call: DeferredCall, kept: unknown): unknown {
    if (isRefused(call, this.#res)) return (this.#replace(call.verdict), kept)
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

  #note({ asks }: DeferredCall): void {
    this.#begun ||= asks !== 'nothing'
    this.#ended ||= asks === 'last'
  }

  #send({ method, args, asks, verdict }: DeferredCall): unknown {
    if (typeof verdict === 'function') setImmediate(verdict)
    if (this.#headersDue) this.#gate.headers()
    this.#headersDue = false
    if (asks === 'nothing' && this.#isLate(method)) return callAfterEnd(this.#res, method, args)
    this.#phase = 'sending'
    try {
      const sent = this.#native[method].apply(this.#res, args)
      if (method === 'write') this.#full = sent === false
      return sent
    } finally {
      this.#phase = 'holding'
    }
  }

  /** A call behind the first `end`. A third-party `end` may write later on, when it has compressed or changed the body. */
  #isLate(method: Method): boolean {
    if (!this.#ended || this.#line.some(({ asks }) => asks === 'last')) return false
    return method === 'end' || (method === 'write' && this.#res.writableEnded !== false)
  }

  /** Another response is to be sent, and nothing that waits. */
  #replace(answer: () => void): void {
    this.#line.length = 0
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

  #wait(call: DeferredCall): void {
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
    if (this.#line.includes(call)) this.#whileHeld.hold()
  }

  /** Everybody who listens for headers is told, but nothing is written yet: what comes of the response's other fields, Node knows best. */
  #settleHeaders({ method }: DeferredCall): void {
    const res = this.#res
    if (!this.#isNode || res.headersSent) return
    this.#phase = 'settling'
    this.#whileHeld.isSettled = false
    try {
      settleHead(res, method === 'writeHead', this.#native.writeHead)
      this.#whileHeld.isSettled = true
    } finally {
      this.#phase = 'holding'
    }
  }

  get #whileHeld(): WhileDeferred {
    return (this.#held ??= new WhileDeferred(this.#res, this.#line, this.#gate.longestWait))
  }

  /** The first call of the line may go, and all behind it for which nobody has to be asked. */
  #advance(): void {
    const line = this.#line
    this.#advancing = true
    this.#whileHeld.suspend()
    try {
      do {
        const call = line.shift() as DeferredCall
        if (isRefused(call, this.#res)) return this.#replace(call.verdict)
        if (!call.failed) call.returned = this.#send(call)
        if (line[0]) this.#ask(line[0])
      } while (line[0]?.verdict)
    } catch (err) {
      this.#fail(err)
    } finally {
      this.#advancing = false
      this.#whileHeld.resume(this.#ended || this.#replaced === 'soon')
    }
    if (line.length === 0 && !this.#ended) this.#drain?.tell(this.#full)
  }

  /** Node refuses a call after its caller has gone on. */
  #fail(err: unknown): void {
    if (!this.#res.headersSent) return this.#replace(() => this.#gate.failed(err))
    this.#line.length = 0
    this.#gate.failed(err)
    this.#res.destroy(err as Error)
  }
}
