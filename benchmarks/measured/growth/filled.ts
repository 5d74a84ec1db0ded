import { randomBytes } from 'node:crypto'
import { BYTES, record } from '../record'
import { load, type SessionStore } from '../site'
import type { Subject } from '../subjects'
import { DAY } from '../visits'

/** A memory store with sessions of one day. */
export interface Filled {
  readonly store: SessionStore & Required<Pick<SessionStore, 'touch' | 'length'>>
  readonly ids: readonly string[]
  /** A session as a request passes it to the store. */
  readonly sessionOf: (visitor: number, maxAge?: number) => object
}

export function filled({ module = '' }: Subject, sessions: number): Filled {
  const session = load(module)
  const store = new session.MemoryStore() as Filled['store']
  const sessionOf = (visitor: number, maxAge = DAY) => ({ cookie: new session.Cookie({ maxAge }), ...record(BYTES, visitor) })
  const ids = Array.from({ length: sessions }, (_, visitor) => {
    const id = randomBytes(24).toString('base64url')
    store.set(id, sessionOf(visitor))
    return id
  })
  return { store, ids, sessionOf }
}
