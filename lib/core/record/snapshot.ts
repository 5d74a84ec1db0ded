import type { AnyCookie, CookieData } from './cookie'
import type { Likeness } from './json-equality'
import type { Marks } from './reserved-key'
import type { SessionData } from './session-data'

/** The version of a record, by which a store that compares refuses a write over another one. Only the store looks into it; any value but null. */
export type Version = NonNullable<unknown>

/** A record as the store had it. */
export interface Base {
  /** The data, as `serializeData` has it. */
  readonly text: string
  readonly cookie: AnyCookie | CookieData
  /** If the store compares versions. */
  readonly version?: Version | undefined
}

/** A session at some moment. */
export interface Snapshot extends Likeness {
  readonly id: string | undefined
}

/** A session as the store has it. */
export interface Stored extends Snapshot, Base {
  readonly id: string
  /** If a save has failed: the session as the store was last known to have it. */
  readonly known?: Stored | undefined
}

/** A session as it was passed to the store. */
export interface Written extends Stored {
  readonly cookie: CookieData
}

/** What the store returned. */
export interface Read {
  readonly record: SessionData | null | undefined
  /** The logical time at which it was asked; undefined with `concurrency: 'off'`. */
  readonly moment: number | undefined
  readonly version?: Version | undefined
  /** Of the record's data, if the store provides it. */
  readonly likeness?: Likeness | undefined
  /** What the library had in the record, where that is separated. */
  readonly marks?: Marks | undefined
  /** When the record ends, in milliseconds since 1970, where `marks` are. */
  readonly end?: number | undefined
  /** A touch has written the record, where `marks` are. */
  readonly isTouched?: boolean
}

/** The data of a session in a snapshot; undefined if it is of another session. */
export function dataAsIn(snapshot: Snapshot | undefined, id: string): object | undefined {
  return snapshot?.id === id ? (JSON.parse(snapshot.text) as object) : undefined
}
