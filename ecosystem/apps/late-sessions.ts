import type session from '../../lib'
import type { Package, Room, Store } from '../integration'

export const SECRET = 'of no value'

/** The delay of a save, in milliseconds: long enough that a response without a wait arrives before it. */
export const LATER = 200

/** The middleware under test, on a slow store. */
export function lateSessions({ session }: Room, options: Partial<session.SessionOptions> = {}): session.RequestHandler {
  return session({ secret: SECRET, store: lateStore(session), resave: false, saveUninitialized: false, ...options })
}

type Written = Parameters<Store['set']>

/** A MemoryStore with the delay of a database, for reads and writes. */
export function lateStore(session: Package, late = 20): Store {
  class LateStore extends session.MemoryStore {
    override get(...[id, done]: Parameters<Store['get']>): void {
      super.get(id, (...answer) => void setTimeout(done, late, ...answer))
    }

    override set(...[id, live, done]: Written): void {
      const record = JSON.parse(JSON.stringify(live)) as Written[1]
      setTimeout(() => super.set(id, record, done), late)
    }

    override touch(...[id, live, done]: Written): void {
      setTimeout(() => super.touch(id, live, done), late)
    }

    override destroy(...[id, done]: Parameters<Store['destroy']>): void {
      setTimeout(() => super.destroy(id, done), late)
    }
  }
  return new LateStore()
}
