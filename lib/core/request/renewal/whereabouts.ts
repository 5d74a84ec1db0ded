import { announceReused, announceUnknown } from '../../events/announce'
import { hasTimedOut, type LifetimeContext } from '../../lifetime/limits'
import type { Data } from '../../record/merge'
import { separate, withUser } from '../../record/marks'
import { anyMoveOf, inBoth, moveOf, type Move } from '../../record/moved'
import type { Marks } from '../../record/reserved-key'
import type { Read } from '../../record/snapshot'
import type { ExchangeState } from '../exchange-state'

/** How often a session may have got a new ID within the grace. */
const MOST_MOVES = 10

/** What a request with an earlier ID gets. */
export interface Whereabouts {
  /** The session of the current ID, if the request is led there. */
  readonly current: { readonly id: string; readonly read: Read } | undefined
  /** Otherwise the data that the earlier session and the current one have in common. */
  readonly data: Data
  /** The user of both sessions; undefined if there is none, or another one. */
  readonly user: string | undefined
}

/** The new session has kept nothing. */
const NOTHING: Whereabouts = { current: undefined, data: {}, user: undefined }

type Done = (err?: unknown, found?: Whereabouts) => void

/**
 * Finds the session of an ID that has been renewed.
 *
 * @param id the earlier ID
 * @param read its record
 * @param done gets nothing if the session has ended, or the grace has
 */
export function findMoved(exchange: LifetimeContext, id: string, read: Read, done: Done): void {
  const { storeClient } = exchange
  const moves: Move[] = []
  const step = (id: string, { marks }: Read): void => {
    const move = moveOf(id, marks, Date.now())
    if (!move || moves.length === MOST_MOVES) return done()
    moves.push(move)
    const { to } = move
    if (to === undefined) return done(undefined, NOTHING)
    storeClient.get(to, (err, record, version, likeness) => {
      if (err) return done(err)
      if (!record) return done()
      let next: Read
      let found: Whereabouts | undefined
      try {
        next = separate({ record, moment: undefined, version, likeness })
        if (next.marks?.m == null) found = whereaboutsOf(moves, read, { id: to, read: next })
      } catch (unreadable) {
        return done(unreadable)
      }
      if (hasTimedOut(exchange, next)) done()
      else if (found) done(undefined, found)
      else step(to, next)
    })
  }
  step(id, read)
}

/**
 * Tells of a request with an earlier ID, unless it continues with the session.
 *
 * @param read the record of the earlier ID
 * @param found undefined if the session has ended, or the grace has
 */
export function announceEarlier(exchange: ExchangeState, read: Read, found: Whereabouts | undefined): void {
  if (found?.current) return
  if (found || isGraceOver(exchange.sentId as string, read)) announceReused(exchange, read.marks)
  else announceUnknown(exchange)
}

/** Whether the grace of an earlier ID is over. Otherwise its session has ended, if it is not found, or there was no grace. */
function isGraceOver(id: string, { marks }: Read): boolean {
  return (anyMoveOf(id, marks)?.until ?? 1) > 0 && moveOf(id, marks, Date.now()) === undefined
}

function whereaboutsOf(moves: readonly Move[], before: Read, current: { readonly id: string; readonly read: Read }): Whereabouts {
  const [earlier, later] = [dataOf(before), dataOf(current.read)]
  const [user, next] = [before.marks?.u, current.read.marks?.u]
  const isFollowed = mayFollow(moves, before.marks, current.read.marks)
  return { current: isFollowed ? current : undefined, data: inBoth(earlier, later), user: user === next ? user : undefined }
}

/**
 * Whether a request with an earlier ID is led to the session of the new ID. Never if the user may have changed: an attacker who has fixed the earlier ID
 * would be led into the victim's login. An app that asks for a new ID may set the user after it, so then the request is never led there.
 *
 * @param before the marks that the session had before it got a new ID
 */
function mayFollow(moves: readonly Move[], before: Marks | undefined, after: Marks | undefined): boolean {
  return moves.every(({ isByAge }) => isByAge) && before?.a === after?.a && before?.u === after?.u
}

/** The record of an earlier ID as a request may see it. */
export function snapshotOf(read: Read, { data, user } = NOTHING): Read {
  const { record, marks } = read
  const { cookie } = record as NonNullable<Read['record']>
  return { ...read, record: { ...data, cookie }, marks: marks && withUser(marks, user), likeness: undefined }
}

function dataOf({ record }: Read): Data {
  const { cookie: _, ...data } = record as unknown as Data
  return data
}
