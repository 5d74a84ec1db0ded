import { channel } from 'node:diagnostics_channel'
import { inThisContext } from '../../primitives/async-context'

/** A call of a store, for subscribers of the tracing channel `resession:store`. It has no session ID and no data. */
export interface StoreCall {
  /** The method of the store. */
  readonly method: string
  /** The class of the store. */
  readonly store: string
  /** Of `get`: whether the store has the session. */
  found?: boolean
  /** Of `compareAndSet` and `update`: whether the store has written. */
  written?: boolean
  error?: unknown
}

/** The channels of `tracingChannel('resession:store')`. */
const START = channel('tracing:resession:store:start')
const END = channel('tracing:resession:store:end')
const ASYNC_START = channel('tracing:resession:store:asyncStart')
const ASYNC_END = channel('tracing:resession:store:asyncEnd')
const ERROR = channel('tracing:resession:store:error')

/** Asked for each call of a store: a loop over the channels takes three times as long. */
export function isTraced(): boolean {
  return START.hasSubscribers || ASYNC_END.hasSubscribers || ERROR.hasSubscribers || ASYNC_START.hasSubscribers || END.hasSubscribers
}

/** The message of the tracing channel for a call. */
export function storeCall(store: object, method: string): StoreCall {
  return { method, store: store.constructor.name }
}

/**
 * Traces a call. Its end is published before `done` runs, so that the time of the app does not count. `done` runs in the async context of the caller, and not in
 * that of the trace.
 *
 * @param run makes the call
 */
export function traced<Answer extends unknown[]>(
  call: StoreCall,
  done: (...answer: Answer) => void,
  run: (done: (...answer: Answer) => void) => void,
): void {
  const answered = inThisContext(done)
  START.runStores(call, () => {
    try {
      run((...answer) => {
        settle(call, ...answer)
        answered(...answer)
      })
    } finally {
      END.publish(call)
    }
  })
}

/** Traces a call of a synchronous store. @param isOther whether an error is none: another call follows */
export function tracedSync<Value>(call: StoreCall, act: () => Value, isOther: (thrown: unknown) => boolean): Value {
  return START.runStores(call, () => {
    try {
      const value = act()
      settle(call, undefined, value)
      return value
    } catch (thrown) {
      settle(call, isOther(thrown) ? undefined : thrown)
      throw thrown
    } finally {
      END.publish(call)
    }
  })
}

function settle(call: StoreCall, err?: unknown, value?: unknown): void {
  if (err) {
    call.error = err
    ERROR.publish(call)
  } else if (call.method === 'get') call.found = value !== undefined && value !== null
  else if (call.method === 'compareAndSet') call.written = (value as { readonly ok?: unknown } | undefined)?.ok === true
  else if (call.method === 'update') call.written = value === true
  ASYNC_START.publish(call)
  ASYNC_END.publish(call)
}
