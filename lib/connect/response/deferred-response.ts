import type { ServerResponse } from 'node:http'
import { callAfterDestroy, callAfterEnd, dropCalls, followsEnd } from './calls-after-end'
import { Drain } from './drain'
import type { Gate, Verdict } from './gate'
import { isRefused, type DeferredCall, type Method, type Native } from './deferred-call'
import { checkArguments, isWrapped, settleHead } from './argument-checks'
import { earlierListeners, prepareErrorPage, restoreMethods } from './replaced-response'
import { isOfNode } from './reported-state'
import { WhileDeferred } from './while-deferred'
import { setImmediate } from '../../primitives/set-immediate'

/** Patches a response, so that calls of its methods come to the deferred response. */
export type Patch = (res: ServerResponse, held: DeferredResponse) => void

/** A response whose calls pass through a gate. */
export class DeferredResponse {
  readonly #res: ServerResponse
  readonly #gate: Gate
  readonly #patch: Patch
  /** The methods of Node, or of a middleware before this one. */
  readonly #native: Record<Method, Native>
  /** `on` of the response itself, if it had one. */
  readonly #on: unknown
  readonly #earlier: ReturnType<typeof earlierListeners>
  /** How far the calls of the app have come, those that wait included. */
  #progress: 'none' | 'begun' | 'ended' = 'none'
  /** A call that sends the headers, or data, has been passed on. */
  #passed = false
  /** `settling`: the listeners for headers are being called. `sending`: calls now come from the native methods, and are passed to Node. */
  #phase: 'holding' | 'settling' | 'sending' = 'holding'
  #advancing = false
  #headersDue = false
  /** All listeners for headers have been called. */
  #told = false
  /** Created when a writer may have to wait for 'drain'. Most responses never are full. */
  #drain: Drain | undefined
  /** The last write that was passed on returned false, so that 'drain' follows. */
  #full = false
  /** The arguments of dropped calls, while another response is about to replace this one. The handler of the first one is not aware of it. */
  #dropped: unknown[][] | undefined
  /** How often the response was patched. Calls that an earlier patch receives belong to a response that was replaced. */
  patches = 0
  /** Created when a call has to wait. */
  #held: WhileDeferred | undefined

  constructor(res: ServerResponse, gate: Gate, patch: Patch) {
    this.#res = res
    this.#gate = gate
    this.#patch = patch
    // The `on` of a third-party package must be observed from the start
    if (Object.hasOwn(res, 'on')) this.#drain = new Drain(res)
    this.#on = this.#drain && res.on
    this.#earlier = earlierListeners(res)
    const { writeHead, flushHeaders, write, end, flush } = res as unknown as Record<Method, Native>
    this.#native = { writeHead, flushHeaders, write, end, flush }
    patch(res, this)
  }

  /** Called by listeners for headers. The gate is told when the headers are written, after it has decided. */
  headers(): void {
    if (this.#told) return
    this.#told = true
    if (this.#phase === 'settling' || (this.#phase === 'holding' && this.#holdsHead)) this.#headersDue = true
    else this.#gate.headers()
  }

  /** The head of the response, with its headers set before. */
  writeHead(args: unknown[]): unknown {
    // A reason that a third-party package passes to the implicit head
    if (this.#phase === 'settling' && typeof args[1] === 'string') this.#res.statusMessage = args[1]
    if (this.#phase === 'settling') return this.#res
    if (this.#phase === 'sending' || !this.#holdsHead) return this.#native.writeHead.apply(this.#res, args)
    this.submit('writeHead', args)
    return this.#res
  }

  write(args: unknown[]): unknown {
    const returned = this.submit('write', args)
    // False tells the writer to wait, and 'drain' that it may continue
    if (this.#isWaiting) (this.#drain ??= new Drain(this.#res)).want()
    return returned
  }

  /** Whether the head is deferred: HTTP/1 sends it with the first byte of the body. */
  get #holdsHead(): boolean {
    return (this.#gate.strict || this.#res.req?.httpVersionMajor === 2) && !this.#isBusy
  }

  get #isWaiting(): boolean {
    return this.#held !== undefined && this.#held.line.length > 0
  }

  /** Whether a wrapped method has received a part of the body, and may pass it to Node while calls wait. */
  get #isBusy(): boolean {
    return this.#passed && isWrapped(this.#res, this.#native)
  }

  /** Whether a part of the response has left, so that no other one can replace it. A mock may set its `headersSent` before it calls `end`. */
  get #isSent(): boolean {
    if (this.#isBusy || isOfNode(this.#res)) return this.#isBusy || this.#res.headersSent
    return this.#passed || (this.#told && !this.#headersDue)
  }

  /**
   * A call of the app.
   *
   * @returns what Node returned; for a call that waits or is dropped, what Node returns for a buffered call
   */
  submit(method: Method, args: unknown[]): unknown {
    if (this.#phase === 'sending') return this.#native[method].apply(this.#res, args)
    checkArguments(this.#res, method, this.#native, args, this.#progress === 'ended')
    const call: DeferredCall = { method, args, asks: this.#asksAt(method) }
    const buffered = method === 'end' ? this.#res : false
    if (this.#dropped || this.#held?.isDestroyed) return (this.#dropped ? this.#dropped.push(args) : callAfterDestroy(args), buffered)
    if (!this.#isWaiting) {
      if (call.asks === 'nothing') call.verdict = 'pass'
      else this.#gate.bytes(call.asks === 'last', verdict => this.#hear(call, verdict))
      if (call.verdict) return this.#obey(call, buffered)
    }
    this.#wait(call)
    return 'returned' in call ? call.returned : buffered
  }

  #asksAt(method: Method): DeferredCall['asks'] {
    if (method === 'end') return this.#progress === 'ended' ? 'nothing' : 'last'
    return method === 'flush' || (this.#progress !== 'none' && method !== 'writeHead') ? 'nothing' : 'first'
  }

  #ask(call: DeferredCall): void {
    if (call.asks === 'nothing') call.verdict = 'pass'
    else this.#gate.bytes(call.asks === 'last', verdict => this.#hear(call, verdict))
  }

  #hear(call: DeferredCall, verdict: Verdict): void {
    if (call.verdict) return
    call.verdict = verdict
    if (this.#held?.line.first === call && this.#phase === 'holding' && !this.#advancing) this.#advance(this.#held)
  }

  #obey(call: DeferredCall, buffered: unknown): unknown {
    if (isRefused(call) && !this.#isSent) return (this.#replace(call, call.verdict), buffered)
    const progress = this.#progress
    this.#note(call)
    try {
      return this.#send(call)
    } catch (err) {
      this.#progress = progress
      throw err
    }
  }

  #note({ asks }: DeferredCall): void {
    if (asks === 'last') this.#progress = 'ended'
    else if (asks === 'first' && this.#progress === 'none') this.#progress = 'begun'
  }

  #send(call: DeferredCall): unknown {
    const { method, args, verdict } = call
    if (typeof verdict === 'function') setImmediate(() => verdict(true))
    // Node calls `writeHead` itself
    if (!this.#told && method !== 'flush' && !isOfNode(this.#res)) this.#settleHeaders(method)
    if (this.#headersDue) this.#gate.headers()
    this.#headersDue = false
    if (this.#progress === 'ended' && followsEnd(this.#res, call, this.#held?.line)) return callAfterEnd(this.#res, method, args)
    this.#phase = 'sending'
    try {
      const sent = this.#native[method].apply(this.#res, args)
      if (method === 'write') this.#full = sent === false
      this.#passed ||= method !== 'writeHead' && method !== 'flush'
      return sent
    } finally {
      this.#phase = 'holding'
    }
  }

  /** Drops a call and all that wait. Another response is sent instead. */
  #replace(call: DeferredCall, answer: (isSent: boolean) => void): void {
    const res = this.#res
    const dropped = (this.#dropped = dropCalls(call, this.#held?.line))
    this.#progress = 'none'
    if (this.#held) this.#held.isSettled = false
    this.#drain = this.#on ? this.#drain?.cleared() : undefined
    const restored = restoreMethods(res, { ...this.#native, on: this.#on })
    this.patches++
    this.#patch(res, this)
    const listeners = this.#told ? undefined : restored
    prepareErrorPage({ res, listeners, earlier: this.#earlier, longest: this.#gate.longestWait }, () => {
      // From here on, writes of the old handler cannot be told from those of the error handler
      this.#dropped = undefined
      dropped.forEach(callAfterDestroy)
      answer(false)
    })
  }

  #wait(call: DeferredCall): void {
    const held = (this.#held ??= new WhileDeferred(this.#res, this.#gate.longestWait, () => this.#isBusy))
    held.line.push(call)
    const progress = this.#progress
    this.#note(call)
    try {
      this.#settleHeaders(call.method, held)
    } catch (err) {
      held.line.fail(call)
      this.#progress = progress
      throw err
    } finally {
      if (held.line.first === call && call.verdict) this.#advance(held)
    }
    if (this.#isWaiting) held.hold()
  }

  /** Calls all listeners for headers, but writes nothing yet. */
  #settleHeaders(method: Method, held?: WhileDeferred): void {
    const { writeHead } = this.#native
    if (held?.isSettled || typeof writeHead !== 'function' || this.#isSent) return
    this.#phase = 'settling'
    try {
      settleHead(this.#res, method === 'writeHead', writeHead)
      if (held) held.isSettled = true
    } finally {
      this.#phase = 'holding'
    }
  }

  /** Passes on the first waiting call, and all behind it for which the gate need not be asked. */
  #advance(held: WhileDeferred): void {
    const { line } = held
    let call = line.first as DeferredCall
    this.#advancing = true
    held.suspend()
    try {
      do {
        call = line.shift()
        if (isRefused(call) && !this.#isSent) return this.#replace(call, call.verdict)
        if (!call.failed) call.returned = this.#send(call)
        if (line.first) this.#ask(line.first)
      } while (line.first?.verdict)
    } catch (err) {
      this.#fail(call, err)
    } finally {
      this.#advancing = false
      held.resume(this.#progress === 'ended' || this.#dropped !== undefined)
    }
    if (line.length === 0 && this.#progress !== 'ended') this.#drain?.tell(this.#full)
  }

  /** Node has refused a call whose caller has already continued. */
  #fail(call: DeferredCall, err: unknown): void {
    if (!this.#isSent) return this.#replace(call, () => this.#gate.failed(err, false))
    dropCalls(call, this.#held?.line).forEach(callAfterDestroy)
    this.#gate.failed(err, true)
    this.#res.destroy(err as Error)
  }
}
