import { deepStrictEqual } from 'node:assert'
import type { Observed } from './measured/observe'
import { YARDSTICK, yardstickOf, type Subject } from './measured/subjects'

/** The maximum number of lines of a difference: if one record differs, all may. */
const MOST_LINES = 24

/** A case whose subjects do not behave the same, so that their times are meaningless. */
export class BrokenCase extends Error {
  override readonly name = 'BrokenCase'
}

/** The observations of a subject: its first requests, and one more request of the first client after the timing. */
export interface Seen {
  readonly before: readonly Observed[]
  readonly after?: Observed
}

/**
 * Compares each subject of a visit with `YARDSTICK`, and if it names another yardstick, with that as well.
 *
 * @throws BrokenCase if there is a difference
 */
export function mustAllAgree(visit: string, all: ReadonlyMap<Subject, Seen>): void {
  const seenOf = (subject: string): Seen => {
    for (const [{ name }, seen] of all) if (name === subject) return seen
    throw new Error(`${subject} has to be among the subjects`)
  }
  for (const [subject, seen] of all) {
    const what = `${visit}, ${subject.name}`
    mustAgree(what, subject, seen, seenOf(YARDSTICK))
    if (subject.yardstick !== undefined) mustBeSame(what, inOrder(seen), inOrder(seenOf(subject.yardstick)))
  }
}

/**
 * A subject must give the same responses as `YARDSTICK`, and its sessions must hold the same data. Unless it names another yardstick, it must also
 * set the same cookies and keep the same records.
 *
 * @param what the subject of the error message
 * @throws BrokenCase if there is a difference
 */
export function mustAgree(what: string, subject: Subject, seen: Seen, yardstick: Seen): void {
  const [own, other] = [inOrder(seen), inOrder(subject.inCookie ? forgotten(yardstick) : yardstick)]
  if (subject.floor === undefined) mustBeSame(what, own.map(answered), other.map(answered))
  else if (yardstickOf(subject) === YARDSTICK) mustBeSame(what, own, other)
  else mustBeSame(what, own.map(answeredAndHeld), other.map(answeredAndHeld))
}

/** A client that sends the first cookie again, which contains the data, gets the first response again. */
function forgotten(seen: Seen): Seen {
  const [first] = seen.before
  return seen.after && first ? { ...seen, after: first } : seen
}

function inOrder({ before, after }: Seen): Observed[] {
  return after ? [...before, after] : [...before]
}

/** @throws BrokenCase if the two differ */
export function mustBeSame(what: string, actual: unknown, expected: unknown): void {
  try {
    deepStrictEqual(actual, expected)
  } catch (err) {
    const lines = (err as Error).message.split('\n')
    throw new BrokenCase(`${what}: ${lines.slice(0, MOST_LINES).join('\n')}`)
  }
}

function answered({ answer: { status, headers, body } }: Observed): object {
  return { status, headers, body }
}

function answeredAndHeld(observed: Observed): object {
  return { ...answered(observed), held: observed.held }
}
