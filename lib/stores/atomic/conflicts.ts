import { fromCallback, type Callback } from '../../primitives/callbacks'
import type { Outcome } from '../../core/store/contract'
import type { Version } from '../../core/record/snapshot'
import type { PublishedStore } from './conditional-writes'

/**
 * Error codes of a statement that conflicted with another one and changed nothing: serialization_failure and deadlock_detected of PostgreSQL (manual,
 * appendix A), ER_LOCK_WAIT_TIMEOUT and ER_LOCK_DEADLOCK of MySQL and MariaDB.
 */
const CONFLICTS: ReadonlySet<unknown> = new Set(['40001', '40P01', 'ER_LOCK_WAIT_TIMEOUT', 'ER_LOCK_DEADLOCK'])

const MOST_TRIES = 10

/** The longest pause in milliseconds. Statements that conflicted would conflict again if both were repeated at once. */
const PAUSE = 16

function isConflict(err: unknown): boolean {
  return CONFLICTS.has((err as { code?: unknown } | undefined)?.code)
}

/** @returns a refused comparison if another statement came first. A creation is tried again, because a refusal would mean that the record exists */
export async function decided(version: Version | null, compareAndSet: () => Promise<Outcome>): Promise<Outcome> {
  if (version === null) return untilNoConflict(compareAndSet)
  try {
    return await compareAndSet()
  } catch (err) {
    if (!isConflict(err)) throw err
    return { ok: false }
  }
}

/** Repeats a statement that changes nothing when it conflicts. */
export async function untilNoConflict<Value>(act: () => Promise<Value>, tries = 1): Promise<Value> {
  try {
    return await act()
  } catch (err) {
    if (!isConflict(err) || tries === MOST_TRIES) throw err
    await new Promise(resolve => setTimeout(resolve, Math.random() * PAUSE))
    return untilNoConflict(act, tries + 1)
  }
}

/** Repeats the store's own `destroy` and `touch` on a conflict. Calls without a callback are unchanged. */
export function repeatOnConflict<S extends PublishedStore>(store: S): S {
  const { destroy, touch } = store as unknown as Record<'destroy' | 'touch', ((...args: unknown[]) => unknown) | undefined>
  const repeating = (method: (...args: unknown[]) => unknown, args: unknown[], callback: Callback | undefined): unknown => {
    if (!callback) return method.call(store, ...args)
    const ask = (done: Callback): unknown => method.call(store, ...args, (err: unknown) => done(err))
    return void untilNoConflict(() => fromCallback(ask)).then(
      () => process.nextTick(callback, null),
      (err: unknown) => process.nextTick(callback, err),
    )
  }
  // The number of parameters tells whether a method calls back
  const repeated = {
    destroy: destroy && ((id: string, callback?: Callback): unknown => repeating(destroy, [id], callback)),
    touch: touch && ((id: string, session: object, callback?: Callback): unknown => repeating(touch, [id, session], callback)),
  }
  for (const [name, value] of Object.entries(repeated)) {
    if (value) Object.defineProperty(store, name, { value, writable: true, configurable: true })
  }
  return store
}
