import type { Session } from './session'
import type { SessionStore } from './store-port'
import type { Underway } from './underway'

/** Under this symbol a host knows the exchange that it is in. */
export const EXCHANGE = Symbol('resession.exchange')

/** What carries a session: a Connect request, or a Koa context. */
export interface Host {
  session?: Session | null | undefined
  sessionID?: string | undefined
  sessionStore?: SessionStore
  /** A secret that cookie-parser left. */
  secret?: unknown
  [EXCHANGE]?: HostExchange
}

/** The exchange, as sessions and stores know it. */
export interface HostExchange {
  readonly store: SessionStore
  /** The session is on its way to the store. @returns what to call when it has arrived */
  saving(session: Session): () => void
  /** The session is on its way out of the store. */
  destroying(session: Session): void
  readonly underway: Underway
  /** Puts a new session on the host; a promise where `genid` or `cookie` made one. */
  generate(): void | Promise<void>
}
