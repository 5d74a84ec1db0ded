import { isUnanswered } from '../concurrency/deadline'
import type { Session } from './session'
import type { Callback } from '../store/store-client'

/** Objects whose sessions have been destroyed: what handlers keep of them is not stored again. */
const ended = new WeakSet<Session>()

/** Sessions whose destroy the store has not answered in time. It may have been carried out. */
const unanswered = new WeakSet<Session>()

export function isEnded(session: Session): boolean {
  return ended.has(session)
}

/** The result of a destroy, once it is over. */
export type End = 'done' | 'failed' | 'unanswered'

export function endOf(session: Session | undefined): End | undefined {
  if (!session) return undefined
  if (unanswered.has(session)) return 'unanswered'
  return isEnded(session) ? 'done' : 'failed'
}

/** The session has ended, unless it turns out that it cannot be destroyed. */
export function ending(session: Session, done: Callback): Callback {
  ended.add(session)
  return err => {
    if (err) ended.delete(session)
    if (isUnanswered(err)) unanswered.add(session)
    else unanswered.delete(session)
    done(err)
  }
}

/** The session no longer exists. The message is express-session's. */
export const gone = (): Error => Object.assign(new Error('failed to load session'), { code: 'ERR_SESSION_NOT_FOUND' })
