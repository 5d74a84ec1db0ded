import type { Callback } from './callbacks'
import { setImmediate } from './set-immediate'

/** On callbacks of the middleware itself. */
const AT_ONCE = Symbol('resession.calls-at-once')

interface Marked {
  [AT_ONCE]?: true
}

/** A callback of the middleware, which methods of ours may call before they return. An app's they may not. */
export function markAtOnce(callback: object): void {
  ;(callback as Marked)[AT_ONCE] = true
}

/** Calls back in a later turn, as express-session's MemoryStore does; at once if the callback is the middleware's. */
export function callLater<Args extends unknown[]>(callback: (((...args: Args) => void) & Marked) | undefined, ...args: Args): void {
  if (!callback) return
  if (callback[AT_ONCE]) callback(...args)
  else setImmediate(callback, ...args)
}

/**
 * Calls back when the method that was given the callback has returned, so that `const s = req.session.save(() => use(s))` works with every store.
 *
 * @param act may be done at once
 */
export function afterReturn<Value = void>(callback: Callback<Value> & Marked, act: (done: Callback<Value>) => void): void {
  let hasReturned = false
  act((...given) => (hasReturned ? callback(...given) : callLater(callback, ...given)))
  hasReturned = true
}
