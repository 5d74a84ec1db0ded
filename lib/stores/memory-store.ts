import { basename, resolve } from 'node:path'
import { callLater } from '../primitives/after-return'
import { registerSync } from '../core/store/sync-methods'
import type { SessionData } from '../core/record/session-data'
import { optionError } from '../core/errors/option-errors'
import { promiseOf, type Callback, type ResultCallback } from '../primitives/callbacks'
import { bindAbility } from '../core/store/abilities'
import type { Found, Outcome } from '../core/store/contract'
import type { Version } from '../core/record/snapshot'
import { IN_MEMORY } from '../core/store/store-advice'
import { callable } from './callable'
import type { CompleteStore } from './complete-store'
import { Records } from './memory/records'
import { viewOf } from './memory/records-view'
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
 * Sessions in the memory of this process: for development, for tests, and for a single process that may lose them when it ends. It calls back in a
 * later turn. Without a callback, methods return a promise; its rejection never ends the process. Expired sessions are removed. Sessions without an
 * expiry stay, so set `max` on a public site.
 */
export interface MemoryStore extends CompleteStore {
  /** The sessions as JSON, by ID: a live view that can be read, deleted from and set. */
  sessions: Record<string, string>
}

/** Not a field, because a subclass may never call this constructor. */
const recordsOf = new WeakMap<object, Records>()

/** `callback?` stays the last parameter of each method: the number of parameters tells that a store calls back. */
class Methods extends (Store as abstract new () => object) {
  get [IN_MEMORY](): { readonly isBounded: boolean } {
    return { isBounded: records(this).bounded }
  }

  get(id: string, callback?: Found): void | Promise<SessionData | undefined> {
    const all = records(this)
    if (!callback) return promiseOf(() => all.get(id))
    callLater(callback, null, all.get(id), all.version(id))
  }

  set(id: string, session: SessionData, callback?: Callback): void | Promise<void> {
    return reply(callback, () => void records(this).set(id, session))
  }

  destroy(id: string, callback?: Callback): void | Promise<void> {
    return reply(callback, () => void records(this).delete(id))
  }

  touch(id: string, session: SessionData, callback?: Callback): void | Promise<void> {
    return reply(callback, () => void records(this).touch(id, session))
  }

  compareAndSet(id: string, session: SessionData, version: Version | null, callback?: ResultCallback<Outcome>): void | Promise<Outcome> {
    return reply(callback, () => records(this).compareAndSet(id, session, version))
  }

  all(callback?: ResultCallback<Record<string, SessionData>>): void | Promise<Record<string, SessionData>> {
    return reply(callback, () => {
      const all = records(this)
      const sessions = Object.create(null) as Record<string, SessionData>
      for (const id of all.ids()) sessions[id] = all.get(id) as SessionData
      return sessions
    })
  }

  length(callback?: ResultCallback<number>): void | Promise<number> {
    return reply(callback, () => records(this).ids().length)
  }

  clear(callback?: Callback): void | Promise<void> {
    return reply(callback, () => void records(this).clear())
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
bindAbility(compareAndSet, { get, set })
registerSync<'get', Methods & Partial<Store>>(get, (store, id) => {
  const fetched = records(store).find(id)
  // A subclass may change the record in createSession
  return fetched && store.createSession !== createSession ? { ...fetched, likeness: undefined } : fetched
})
registerSync<'set', Methods>(set, (store, id, session) => void records(store).set(id, session))
registerSync<'touch', Methods>(touch, (store, id, session) => records(store).touch(id, session))
registerSync<'destroy', Methods>(destroy, (store, id) => void records(store).delete(id))
registerSync<'compareAndSet', Methods>(compareAndSet, (store, id, session, version, text) =>
  records(store).compareAndSet(id, session, version, text),
)

export const MemoryStore = callable<new (options?: MemoryStoreOptions) => MemoryStore>(
  Methods,
  function MemoryStore(this: MemoryStore, options?: MemoryStoreOptions) {
    Reflect.apply(Store as never, this, [])
    recordsOf.set(this, new Records(checkMax(options?.max)))
  },
)

/** Works synchronously, and then calls back or returns a promise. With a callback it throws errors synchronously, as express-session does. */
function reply<Value>(callback: ResultCallback<Value> | undefined, act: () => Value): void | Promise<Value> {
  if (!callback) return promiseOf(act)
  const value = act()
  // A callback that counts its arguments gets as many as from express-session
  if (value === undefined) callLater(callback)
  else callLater(callback, null, value)
}

function records(store: object): Records {
  let kept = recordsOf.get(store)
  if (!kept) recordsOf.set(store, (kept = new Records(Infinity)))
  return kept
}

function checkMax(max: number = Infinity): number {
  if (typeof max === 'number' && max > 0 && (max === Infinity || Number.isInteger(max))) return max
  throw optionError('max', 'be a positive integer', max, 'write { max: 10_000 }, for example')
}

/** The text of express-session's warning. */
const WARNING = `Warning: connect.session() MemoryStore is not
designed for a production environment, as it will leak
memory, and will not scale past a single process.`

/**
 * Warns in production if the package is installed as express-session, because apps may look for these words. Under its own name, `adviseOnStore`
 * warns. A store with a `max` does not leak memory.
 *
 * @param folder of this file
 */
export function warnInProduction(store: unknown, folder = typeof __dirname === 'string' ? __dirname : ''): void {
  if (process.env.NODE_ENV !== 'production' || !(store instanceof MemoryStore)) return
  if (!isAlias(folder)) return
  if (!records(store).bounded) console.warn(WARNING)
}

/**
 * Whether the package is installed under the name express-session.
 *
 * @param folder of this file, two levels below the package
 */
function isAlias(folder: string): boolean {
  return basename(resolve(folder, '../..')) === 'express-session'
}
