import { deepStrictEqual } from 'node:assert'
import type { Observed } from './measured/observe'
import type { Subject } from './measured/subjects'

/** Of a difference that are shown: where one record differs, all may. */
const MOST_LINES = 24

/** A case whose subjects do not do the same, so that their times say nothing. */
export class BrokenCase extends Error {
  override readonly name = 'BrokenCase'
}

/**
 * A subject has to answer and store what the yardstick does; a floor has to answer it too, session cookies aside.
 *
 * @param what of what a difference is said
 * @throws BrokenCase where there is one
 */
export function mustAgree(what: string, subject: Subject, observed: readonly Observed[], yardstick: readonly Observed[]): void {
  if (subject.floor === undefined) mustBeSame(what, observed.map(sessionless), yardstick.map(sessionless))
  else mustBeSame(what, observed, yardstick)
}

/** @throws BrokenCase where the two differ */
export function mustBeSame(what: string, actual: unknown, expected: unknown): void {
  try {
    deepStrictEqual(actual, expected)
  } catch (err) {
    const lines = (err as Error).message.split('\n')
    throw new BrokenCase(`${what}: ${lines.slice(0, MOST_LINES).join('\n')}`)
  }
}

function sessionless({ answer: { status, headers, body } }: Observed): object {
  return { status, headers, body }
}
