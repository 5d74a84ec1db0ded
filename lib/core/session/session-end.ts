import { isUnanswered } from '../errors/store-errors'
import type { Callback } from '../../primitives/callbacks'

/** Objects whose sessions have been destroyed: what handlers keep of them is not stored again. */
const ended = new WeakSet<object>()

/** Sessions whose destroy the store has not answered in time. It may have been carried out. */
const unanswered = new WeakSet<object>()

export function isEnded(session: object): boolean {
  return ended.has(session)
}

/** The result of a destroy, once it is over. */
export type End = 'done' | 'failed' | 'unanswered'

export function endOf(session: object | undefined): End | undefined {
  if (!session) return undefined
  if (unanswered.has(session)) return 'unanswered'
  return isEnded(session) ? 'done' : 'failed'
}

/** The session has ended, unless it turns out that it cannot be destroyed. */
export function ending(session: object, done: Callback): Callback {
  ended.add(session)
  return err => {
    if (err) ended.delete(session)
    if (isUnanswered(err)) unanswered.add(session)
    else unanswered.delete(session)
    done(err)
  }
}
