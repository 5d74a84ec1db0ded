import { callLater } from '../core/after-return'
import { answersAtOnce } from '../core/at-once'
import type { SessionData } from '../core/session'
import { optionError } from '../core/option-errors'
import { goTogether } from '../core/abilities'
import type { Callback, Found, Outcome, Version } from '../core/store-port'
import { callable } from './callable'
import { Records } from './records'
import { viewOf } from './records-view'
import { Store } from './store'

/** The options of `MemoryStore`. */
export interface MemoryStoreOptions {
  /**
   * The largest number of sessions. If there are more, the least recently used session is removed.
   *
   * @default Infinity
   * @throws TypeError if it is not a positive integer
   */
  max?: number | undefined
}

/**
 * Sessions in the memory of this process: for development, for tests, and for one process that may forget when it ends. It calls back in a later turn.
 * Expired sessions leave it by themselves; those without an expiry stay, so that a public site wants `max`.
 */
export interface MemoryStore extends Store {
  get(id: string, callback: Found): void
  set(id: string, session: SessionData, callback?: Callback): void
  destroy(id: string, callback?: Callback): void
  touch(id: string, session: SessionData, callback?: Callback): void
  compareAndSet(id: string, session: SessionData, version: Version | null, callback: Callback<Outcome>): void
  all(callback: Callback<Record<string, SessionData> | null>): void
  length(callback: Callback<number>): void
  clear(callback?: Callback): void
  /** The sessions as JSON, under their ids: a live view, which can be read, deleted from and set. */
  sessions: Record<string, string>
}

/** Not a field: constructors of subclasses may never have been here. */
const recordsOf = new WeakMap<object, Records>()

class Methods extends (Store as abstract new () => object) {
  get(id: string, callback: Found): void {
    const all = records(this)
    callLater(callback, null, all.get(id), all.version(id))
  }

  set(id: string, session: SessionData, callback?: Callback): void {
    records(this).set(id, session)
    callLater(callback)
  }

  destroy(id: string, callback?: Callback): void {
    records(this).delete(id)
    callLater(callback)
  }

  touch(id: string, session: SessionData, callback?: Callback): void {
    records(this).touch(id, session)
    callLater(callback)
  }

  compareAndSet(id: string, session: SessionData, version: Version | null, callback: Callback<Outcome>): void {
    callLater(callback, null, records(this).compareAndSet(id, session, version))
  }

  all(callback?: Callback<Record<string, SessionData>>): void {
    const all = records(this)
    const sessions = Object.create(null) as Record<string, SessionData>
    for (const id of all.ids()) sessions[id] = all.get(id) as SessionData
    callLater(callback, null, sessions)
  }

  length(callback: Callback<number>): void {
    callLater(callback, null, records(this).ids().length)
  }

  clear(callback?: Callback): void {
    records(this).clear()
    callLater(callback)
  }

  get sessions(): Record<string, string> {
    return viewOf(records(this))
  }

  set sessions(sessions: Record<string, string>) {
    const view = this.sessions
    records(this).clear()
    Object.assign(view, sessions)
  }
}

const { get, set, touch, destroy, compareAndSet, createSession } = Methods.prototype as Methods & Pick<Store, 'createSession'>
goTogether(compareAndSet, { get, set })
answersAtOnce<'get', Methods & Partial<Store>>(get, (store, id) => {
  const fetched = records(store).find(id)
  // What another one makes of the record is what the request begins with
  return fetched && store.createSession !== createSession ? { ...fetched, likeness: undefined } : fetched
})
answersAtOnce<'set', Methods>(set, (store, id, session) => void records(store).set(id, session))
answersAtOnce<'touch', Methods>(touch, (store, id, session) => records(store).touch(id, session))
answersAtOnce<'destroy', Methods>(destroy, (store, id) => void records(store).delete(id))
answersAtOnce<'compareAndSet', Methods>(compareAndSet, (store, id, session, version, text) =>
  records(store).compareAndSet(id, session, version, text),
)

export const MemoryStore = callable<new (options?: MemoryStoreOptions) => MemoryStore>(
  Methods,
  function MemoryStore(this: MemoryStore, options?: MemoryStoreOptions) {
    Reflect.apply(Store as never, this, [])
    recordsOf.set(this, new Records(checkMax(options?.max)))
  },
)

function records(store: object): Records {
  let kept = recordsOf.get(store)
  if (!kept) recordsOf.set(store, (kept = new Records(Infinity)))
  return kept
}

function checkMax(max: number = Infinity): number {
  if (typeof max === 'number' && max > 0 && (max === Infinity || Number.isInteger(max))) return max
  throw optionError('max', 'be a positive integer', max, 'write { max: 10_000 }, for example')
}

/** Upstream's words, on one line each. */
const WARNING = `Warning: connect.session() MemoryStore is not
designed for a production environment, as it will leak
memory, and will not scale past a single process.`

/** Says so where it is used in production all the same; one with a `max` does not leak, and is not warned of. */
export function warnInProduction(store: unknown): void {
  if (process.env.NODE_ENV !== 'production' || !(store instanceof MemoryStore)) return
  if (!records(store).bounded) console.warn(WARNING)
}
