import { isUnanswered } from '../errors/store-errors'
import type { Callback } from '../../primitives/callbacks'

/** Objects whose session was destroyed. They are not saved again. */
const ended = new WeakSet<object>()

/** Sessions that the store has destroyed. */
const gone = new WeakSet<object>()

/** Sessions whose destroy the store did not answer in time. It may have been carried out. */
const unanswered = new WeakSet<object>()

/** Whether the app has ended the session in this request. */
export function isEnded(session: object): boolean {
  return ended.has(session)
}

/** The result of a destroy. */
export type End = 'done' | 'failed' | 'unanswered'

/** How the destroy of a session went. @returns undefined without a session */
export function endOf(session: object | undefined): End | undefined {
  if (!session) return undefined
  if (unanswered.has(session)) return 'unanswered'
  return isEnded(session) ? 'done' : 'failed'
}

/** The store has destroyed the session. An error of a later step does not change that. */
export function hasGone(session: object): void {
  gone.add(session)
}

/** Marks the session as ended, until the destroy fails. */
export function ending(session: object, done: Callback): Callback {
  ended.add(session)
  return err => {
    const failure: unknown = gone.has(session) ? undefined : err
    if (failure) ended.delete(session)
    if (isUnanswered(failure)) unanswered.add(session)
    else unanswered.delete(session)
    done(err)
  }
}

/** Removes a session from its store. */
export type Destroy = (done: Callback) => void

/** A session that the app ends: by `destroy`, or by `regenerate` without `keep`. */
export interface Ended {
  readonly session: { readonly id: string }
  readonly why: 'logout' | 'renewed'
}

/** The part of an exchange that ends sessions. */
export interface EndsOfHost {
  /** Destroys a session, and tells of its end. */
  end(ended: Ended, destroy: Destroy, done: Callback): void
}

/** Destroys a session, through its exchange if it has one. */
export function endThrough(exchange: EndsOfHost | undefined, ended: Ended, destroy: Destroy, done: Callback): void {
  if (exchange) exchange.end(ended, destroy, done)
  else destroy(done)
}
