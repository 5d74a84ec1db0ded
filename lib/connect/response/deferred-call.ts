import type { Verdict } from './gate'

/** `flush` belongs to compression: it sends what has been written so far, and must not overtake it. */
export type Method = 'writeHead' | 'flushHeaders' | 'write' | 'end' | 'flush'

/** A method of a response, as Node or another middleware has it. */
export type Native = (...args: unknown[]) => unknown

/** A call of the app that Node has not received yet. */
export interface DeferredCall {
  readonly method: Method
  readonly args: unknown[]
  /** Which question the gate must answer before the call: about the first bytes, the last, or none. */
  readonly asks: 'first' | 'last' | 'nothing'
  verdict?: Verdict
  /** The call threw, so the app knows that it failed. The question to the gate still delays the calls behind it. */
  failed?: boolean
  /** What Node returned. Without it, Node has not received the call, or has refused it. */
  returned?: unknown
  /** What the chunk adds to `writableLength`. */
  size?: number
}

/** Whether the gate has refused the response. */
export function isRefused(call: DeferredCall): call is DeferredCall & { verdict: Exclude<Verdict, 'pass'> } {
  return typeof call.verdict === 'function'
}
