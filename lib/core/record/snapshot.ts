import type { AnyCookie, CookieData } from './cookie'
import type { Likeness } from './json-equality'
import type { Marks } from './reserved-key'
import type { SessionData } from './session-data'

/** What a store tells a record from its later forms by: anything but null. Only the store looks into it. */
export type Version = NonNullable<unknown>

/** A session as the store had it. */
export interface Base {
  /** The data, as `serializeData` has them. */
  readonly text: string
  readonly cookie: AnyCookie | CookieData
  /** Of a store that compares versions. */
  readonly version?: Version | undefined
}

/** What the store said. */
export interface Read {
  readonly record: SessionData | null | undefined
  /** When it was asked, where that matters. */
  readonly moment: number | undefined
  readonly version?: Version | undefined
  /** Of the record's data, where the store has told. */
  readonly likeness?: Likeness | undefined
  /** What the library had in the record, where that is separated. */
  readonly marks?: Marks | undefined
  /** When the record ends, in milliseconds since 1970, where `marks` are. */
  readonly end?: number | undefined
}
