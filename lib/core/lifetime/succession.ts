import type { Move } from '../record/moved'
import type { Marks } from '../record/reserved-key'

/**
 * Whether a request with an earlier ID is led to the session of the new ID. Never if the user may have changed: an attacker who has fixed the earlier ID
 * would be led into the victim's login. An app that asks for a new ID may set the user after it, so then the request is never led there.
 *
 * @param before the marks that the session had before it got a new ID
 */
export function mayFollow(moves: readonly Move[], before: Marks | undefined, after: Marks | undefined): boolean {
  return moves.every(({ isByAge }) => isByAge) && before?.a === after?.a && before?.u === after?.u
}
