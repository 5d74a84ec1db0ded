import { DerivedKeys } from '../../primitives/derived-keys'
import { Seal } from '../../primitives/seal'
import { marksIn } from './marks'
import { isSame, type Data } from './merge'
import { MARKS, type Marks } from './reserved-key'

/** The new ID of a session, in the record of its earlier ID. */
export interface Move {
  /** The new ID; missing if the new session kept nothing. */
  readonly to?: string
  /** Whether the ID was only too old. Otherwise the app has asked for a new one, and the user may change. */
  readonly isByAge: boolean
  /** The end of the earlier ID, in milliseconds since 1970; 0 without a grace. */
  readonly until: number
}

const PURPOSE = 'resession moved session'

/** Only the earlier ID opens it, so that a copy of a store with hashed IDs contains no usable ID. */
const sealOf = (from: string): Seal => new Seal([from], PURPOSE, new DerivedKeys(PURPOSE))

/** @param from the earlier ID */
export function sealMove(from: string, move: Move): string {
  return sealOf(from).seal(JSON.stringify(move))
}

/** Whether a record is of an earlier ID. */
export function isMoved(record: object): boolean {
  return marksIn(record)?.m != null
}

/** The move in the record of an ID, also one that has ended. */
export function anyMoveOf(from: string, marks: Marks | undefined): Move | undefined {
  const text = marks?.m == null ? undefined : sealOf(from).unseal(marks.m)
  return text === undefined ? undefined : (JSON.parse(text) as Move)
}

/**
 * The move in the record of an ID.
 *
 * @returns undefined if there is none, or it has ended
 */
export function moveOf(from: string, marks: Marks | undefined, now: number): Move | undefined {
  const move = anyMoveOf(from, marks)
  return move && now < move.until ? move : undefined
}

/** The keys that have the same value in both: what neither gives rights that the other does not have. */
export function inBoth(one: Data, other: Data): Data {
  const keys = Object.keys(one).filter(key => key !== 'cookie' && key !== MARKS && Object.hasOwn(other, key))
  return Object.fromEntries(keys.filter(key => isSame(asJson(one[key]), asJson(other[key]))).map(key => [key, one[key]]))
}

/** As a store would return it: dates are strings. */
function asJson(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined
  return text === undefined ? undefined : JSON.parse(text)
}
