import { setTimeout as pause } from 'node:timers/promises'
import type { Store } from '../integration'

/** For stores that create their table themselves, and do not report when it is ready. */
export async function withTable(store: Store): Promise<Store> {
  while (await failure(done => store.length?.(done))) await pause(20)
  return store
}

/** The error of a store's callback, whether its promise rejects as well or not. */
function failure(act: (done: (err?: unknown) => void) => unknown): Promise<unknown> {
  return new Promise(resolve => void Promise.resolve(act(resolve)).catch(resolve))
}
