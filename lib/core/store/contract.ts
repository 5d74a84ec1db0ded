import type { Callback, ResultCallback } from '../../primitives/callbacks'
import type { Likeness } from '../record/json-equality'
import type { SessionData } from '../record/session-data'
import type { Version } from '../record/snapshot'

/** With the record's version, from a store with `compareAndSet`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as for Callback
export type Found = (err?: any, record?: SessionData | null, version?: Version) => void

/** @param likeness the record's data, if the store knows them */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as for Callback
export type ReadCallback = (err?: any, record?: SessionData | null, version?: Version, likeness?: Likeness) => void

/** The condition of a write: the version that the record must have, and `text`, the data as `serializeData` gives them, if it is known. */
export interface Condition {
  readonly version: Version | null
  readonly text?: string | undefined
}

/** Whether a record was written, and its new version. */
export interface Outcome {
  readonly ok: boolean
  readonly version?: Version | undefined
}

/**
 * The part of a store that the middleware uses; docs/stores.md describes the contract. Each method calls back, or returns a promise, or both. All
 * from `touch` on are optional.
 */
export interface SessionStore {
  get(id: string, callback: Found): unknown
  set(id: string, session: SessionData, callback: Callback): unknown
  destroy(id: string, callback: Callback): unknown
  touch?(id: string, session: SessionData, callback: Callback): unknown
  compareAndSet?(id: string, session: SessionData, version: Version | null, callback: ResultCallback<Outcome>): unknown
  update?(id: string, session: SessionData, callback: ResultCallback<boolean>): unknown
  regenerate?(host: object, callback: Callback): unknown
  createSession?(host: object, record: SessionData): unknown
  generate?(host: object): unknown
  on?(event: string, listener: () => void): unknown
}

/** By the store's contract, a method calls back if it declares the callback. */
export function callsBack(method: (...args: never[]) => unknown, args: readonly unknown[]): boolean {
  return method.length > args.length
}

/** The store of one request whose session is in the cookie: what it stores is sent with the response. */
export interface CookieBackedStore extends SessionStore {
  /**
   * Takes the signed payload of the client.
   *
   * @returns the session ID in it
   */
  receive(payload: string): string
  /** Whether the payload was sealed with an older secret. Called before it is read. */
  isOutdated(): boolean
  /** The payload of the session with this ID; null if it was not stored, or was destroyed. */
  payloadOf(id: string | undefined): string | null
  /** Why the payload could not be decoded, if the app is to be told. */
  readonly failure?: { readonly reason: unknown } | undefined
  /** From now on nothing can be sent. */
  close(): void
}
