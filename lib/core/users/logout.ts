import { publish } from '../diagnostics/channels'
import { endAnnounced } from '../events/announce'
import type { Marks } from '../record/reserved-key'
import { dataAsIn } from '../record/snapshot'
import { toCallback, type Callback, type ResultCallback } from '../../primitives/callbacks'
import type { UserContext } from './user-of'
import { destroyAll, placeOf, settledOf, type Place } from './records'
import { entryOf, killed, leftBy, othersOf, removed, type Entry } from './registry'

/** A session that is no longer one of its user. */
export interface Leaving {
  readonly handle: string
  readonly key: string
}

/**
 * Removes the entry of a session that has been destroyed. If a renewal is giving the session another ID meanwhile, that is destroyed too.
 *
 * @param done without an error if the session has ended under all IDs, although its entry may still be there
 */
export function leave(place: Place, { handle, key }: Leaving, done: Callback): void {
  const { registries, user } = place
  let others: readonly string[] | undefined
  const removal: Callback = err => {
    if (err) publish('stale', { error: err })
    done()
  }
  registries.change(
    user,
    registry => {
      const entry = entryOf(registry, handle)
      others = entry ? othersOf(entry, key) : []
      return { next: others.length > 0 ? killed(registry, [handle]) : removed(registry, [handle]), result: undefined }
    },
    (err, changed) => {
      if (others?.length === 0) return removal(err)
      if (err || !others) return done(err)
      const remove: Callback = err => {
        if (err) return done(err)
        registries.change(
          user,
          // A renewal under way may create its record after this: then the entry stays dead until it cannot
          registry => ({ next: removed(registry, settledOf(registry.s.filter(({ h }) => h === handle))), result: undefined }),
          err => removal(err),
          changed?.known,
        )
      }
      toCallback(destroyAll(place, others, { why: 'logout' }), remove)
    },
  )
}

/**
 * For a session that is about to be saved without its user, or with another one.
 *
 * @param done gets a function that removes the entry when the session has been saved. It leaves the entry to a login that has begun meanwhile
 */
export function departing(place: Place, { handle, key }: Leaving, done: ResultCallback<(done: Callback) => void>): void {
  const { registries, user } = place
  registries.change<Entry | undefined>(
    user,
    registry => ({ result: entryOf(registry, handle) }),
    (err, noted) => {
      const before = noted?.result
      if (err || !before) return done(err, done => done())
      done(null, done =>
        registries.change(
          user,
          registry => ({ next: leftBy(registry, before, key), result: undefined }),
          err => done(err),
          noted.known,
        ),
      )
    },
  )
}

/** Ends the session of a request, which has been revoked. */
export function endRevoked(exchange: UserContext, id: string, done: Callback): void {
  const { storeClient, changes } = exchange
  endAnnounced(exchange, { id, why: 'revoked', data: () => dataAsIn(changes.known, id) }, done => storeClient.destroy(id, done), done)
}

/**
 * For a session that is about to be destroyed.
 *
 * @param read the marks of its record, if the exchange has not taken them over
 * @returns the callback of the destroy, which removes the session from those of its user
 */
export function leaving({ settings, lifetime, storeClient }: UserContext, id: string, done: Callback, read?: Marks): Callback {
  const marks = settings.users && (read ?? lifetime?.known(id))
  if (marks?.u === undefined) return done
  const place = placeOf({ storeClient, settings }, marks.u)
  return err => (err ? done(err) : leave(place, { handle: marks.h, key: storeClient.keys.of(id) }, done))
}
