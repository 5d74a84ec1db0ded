import type { ServerResponse } from 'node:http'
import type { Verdict } from './gate'

/** `flush` is compression's: it sends what has been written so far, and must not overtake it. */
export type Method = 'writeHead' | 'flushHeaders' | 'write' | 'end' | 'flush'

export type Native = (...args: unknown[]) => unknown

/** A call that the app made and that Node has not been given yet. */
export interface DeferredCall {
  readonly method: Method
  readonly args: unknown[]
  /** What the gate has to be asked before. */
  readonly asks: 'first' | 'last' | 'nothing'
  verdict?: Verdict
  /** It threw, so that the app knows it came to nothing. What the gate was asked still holds up the calls behind. */
  failed?: boolean
  /** What Node returned, if it has been given the call while that was made. */
  returned?: unknown
}

/** The answer must not go out, and still can be kept. */
export function isRefused(call: DeferredCall, res: ServerResponse): call is DeferredCall & { verdict: () => void } {
  return typeof call.verdict === 'function' && !res.headersSent
}
