import type { Read } from '../concurrency/transaction'
import type { Secret } from '../settings/options'
import type { Session, SessionData } from './session'
import type { Callback, SessionStore, StorePort } from '../store/store-client'
import type { Underway } from '../../primitives/wait-group'

/** Under this symbol a host knows the exchange that it is in. */
export const EXCHANGE = Symbol('resession.exchange')

/** What carries a session: a Connect request, or a Koa context. */
export interface Host {
  session?: Session | null | undefined
  sessionID?: string | undefined
  sessionStore?: SessionStore
  /** A secret that cookie-parser left. */
  secret?: unknown
  /** What its sessions are, where that is more than a session. */
  readonly Session?: new (host: never, data?: object) => Session
  [EXCHANGE]?: HostExchange
}

/** What is done to a session, or to a copy of it. */
export type Change = (session: Partial<SessionData>) => void

/** What a session keeps under a new ID: all data and the attributes of its cookie, or the keys that are named. */
export type Keep = true | readonly string[]

/** The exchange, as sessions and stores know it. */
export interface HostExchange {
  readonly store: SessionStore
  readonly settings: { readonly name: string }
  /** Of the store that the host has by now. */
  readonly port: StorePort
  /** The secrets that hold for this exchange; the first one signs. */
  readonly secrets: readonly Secret[]
  /** The session that the handler has left. @throws TypeError if that is no object */
  session(): Session | undefined
  save(session: Session, done: Callback): void
  update(session: Session, change: Change, done: Callback): void
  /** Gives the session another ID. */
  rotate(session: Session, keep: Keep, done: Callback): void
  /** The session of this id is read again. @returns the moment, for `read` */
  reading(id: string): number | undefined
  /** The store had this of it, or nothing. */
  read(id: string, read: Read): void
  /** Another session is in the place of one that was ended, or was to be, perhaps under its id. */
  renewed(before?: Session): void
  /** The session is on its way out of the store. */
  destroying(session: Session): void
  readonly underway: Underway
  /** The id of the session that was generated last. */
  readonly generated: string | undefined
  /** Puts a new session on the host; a promise where `genid` or `cookie` made one. */
  generate(): void | Promise<void>
}
