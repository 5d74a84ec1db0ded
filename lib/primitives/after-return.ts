import type { ResultCallback } from './callbacks'
import { setImmediate } from './set-immediate'

/** Marks the callbacks of the middleware itself. */
const AT_ONCE = Symbol('resession.calls-at-once')

interface Marked {
  [AT_ONCE]?: true
}

/** Marks a callback of the middleware, which a method may call before it returns. It must not call an app's callback then. */
export function markAtOnce(callback: object): void {
  ;(callback as Marked)[AT_ONCE] = true
}

/** Calls back in a later turn, as express-session's MemoryStore does; synchronously if the callback is marked. */
export function callLater<Args extends unknown[]>(callback: (((...args: Args) => void) & Marked) | undefined, ...args: Args): void {
  if (!callback) return
  if (callback[AT_ONCE]) callback(...args)
  else setImmediate(callback, ...args)
}

/**
 * Calls back after the method that received the callback has returned, so that `const s = req.session.save(() => use(s))` works with every store.
 *
 * @param act may finish synchronously
 */
export function afterReturn<Value = void>(callback: ResultCallback<Value> & Marked, act: (done: ResultCallback<Value>) => void): void {
  let hasReturned = false
  act((...given) => (hasReturned ? callback(...given) : callLater(callback, ...given)))
  hasReturned = true
}
