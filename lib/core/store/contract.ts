import type { Callback } from '../../primitives/callbacks'
import type { Likeness } from '../record/json-equality'
import type { SessionData } from '../record/session-data'
import type { Version } from '../record/snapshot'

/** With its version, of a store that has `compareAndSet`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- likewise
export type Found = (err?: any, record?: SessionData | null, version?: Version) => void

/** @param likeness of the record's data, where the store knows */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- likewise
export type Heard = (err?: any, record?: SessionData | null, version?: Version, likeness?: Likeness) => void

/** What a write goes by: the version that the record has to be of, and `text`, the data as `serializeData` has them, where the caller knows. */
export interface Condition {
  readonly version: Version | null
  readonly text?: string | undefined
}

/** Whether a record was written, and what it is known by now. */
export interface Outcome {
  readonly ok: boolean
  readonly version?: Version | undefined
}

/**
 * What the middleware needs of a store; `stores/store.ts` is the contract in prose. Each method calls back, or returns a promise, or both.
 * Everything from `touch` on is optional.
 */
export interface SessionStore {
  get(id: string, callback: Found): unknown
  set(id: string, session: SessionData, callback: Callback): unknown
  destroy(id: string, callback: Callback): unknown
  touch?(id: string, session: SessionData, callback: Callback): unknown
  compareAndSet?(id: string, session: SessionData, version: Version | null, callback: Callback<Outcome>): unknown
  update?(id: string, session: SessionData, callback: Callback<boolean>): unknown
  regenerate?(host: object, callback: Callback): unknown
  createSession?(host: object, record: SessionData): unknown
  generate?(host: object): unknown
  on?(event: string, listener: () => void): unknown
}

/** By the store's contract a method answers by its callback if it declares one. */
export function callsBack(method: (...args: never[]) => unknown, args: readonly unknown[]): boolean {
  return method.length > args.length
}

/** The store of one request, whose session is kept in the cookie: what is stored goes out with the answer. */
export interface CookieBackedStore extends SessionStore {
  /** Takes what the client sent, whose signature held. @returns the id of the session in it */
  receive(payload: string): string
  /** Whether what was received was sealed with another secret than the one that seals now. Asked before it is read. */
  isOutdated(): boolean
  /** What the cookie carries, or is to carry, of the session of this id; null where that has not been stored, or has been destroyed. */
  payloadOf(id: string | undefined): string | null
  /** Why what the client sent could not be decoded, if the app is to be told. */
  readonly failure?: { readonly reason: unknown } | undefined
  /** Nothing that is stored from now on could be sent. */
  close(): void
}
