import { TracingStore } from '../support/tracing-store'
import type { KoaSessionOptions } from './site'
import { Told } from './told'

type Kinds = Readonly<Record<string, () => KoaSessionOptions>>

/** Where sessions may be, as far as most options care. */
export const PLACES: Kinds = {
  'a store': () => ({ store: new TracingStore() }),
  'the cookie': () => ({}),
}

/** Likewise, where stores are not all the same. */
export const STORES: Kinds = {
  'the cookie': () => ({}),
  'express-session’s store': () => ({ store: new TracingStore() }),
  'a store of promises': () => ({ store: new Told() as never }),
}

/** Ways in which what an app gives may fail. */
export const failures = (message: string): Readonly<Record<string, () => unknown>> => ({
  throws: () => {
    throw new Error(message)
  },
  'rejects its promise': () => Promise.reject(new Error(message)),
})
