import { TracingStore } from '../support/tracing-store'
import type { KoaSessionOptions } from './site'
import { Told } from './told'

type Kinds = Readonly<Record<string, () => KoaSessionOptions>>

/** The places of sessions that most options distinguish. */
export const PLACES: Kinds = {
  'a store': () => ({ store: new TracingStore() }),
  'the cookie': () => ({}),
}

/** The same, for options that distinguish kinds of stores. */
export const STORES: Kinds = {
  'the cookie': () => ({}),
  'express-session’s store': () => ({ store: new TracingStore() }),
  'a store of promises': () => ({ store: new Told() as never }),
}

/** Ways in which a function of the app may fail. */
export const failures = (message: string): Readonly<Record<string, () => unknown>> => ({
  throws: () => {
    throw new Error(message)
  },
  'rejects its promise': () => Promise.reject(new Error(message)),
})
