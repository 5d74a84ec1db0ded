import type { Callback } from '../../primitives/callbacks'
import type { SessionData } from '../record/session-data'

/** What the library knows of a session. */
export interface SessionInfo {
  /** A public name of the session, for lists and logs. It stays the same when `regenerate({ keep })` changes the ID, and cannot be used as one. */
  readonly handle: string
  /** When the session was created. */
  readonly createdAt: Date
  /** When the user last authenticated: when the session was created, when it got a user and had none, or when `authenticated` was last called. */
  readonly authenticatedAt: Date
  /** When the session ends if no other request comes; null if it has no end. */
  readonly expiresAt: Date | null
  /** The user of the session as it is stored, with the option `userId`; undefined if it has none. */
  readonly userId: string | undefined
}

/** The part of an exchange that `info` and `authenticated` use. */
export interface LifetimeOfHost {
  /** Whether the host has a session by this exchange: `skip` and the path of the cookie leave requests out. */
  readonly entered: boolean
  /** Whether the request has an earlier ID, and only reads what is left of its session. */
  readonly isSnapshot: boolean
  info(): SessionInfo | undefined
  /** Whether the session of a record has ended, although the store still has it. */
  isOver(record: SessionData): boolean
  /** Reloads a session that has another ID now. */
  reloadMoved(session: object, done: Callback): void
  /**
   * Restarts both limits.
   *
   * @returns a function that undoes it
   * @throws TypeError if there are no limits
   */
  authenticate(): (() => void) | undefined
}
