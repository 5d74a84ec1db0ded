import { setTimeout as pause } from 'node:timers/promises'
import type { Store } from '../integration'

/** Of the stores that make their table by themselves, and do not say when. */
export async function withTable(store: Store): Promise<Store> {
  while (await failure(done => store.length?.(done))) await pause(20)
  return store
}

/** What a store calls back with, whether its promise rejects as well or not. */
function failure(act: (done: (err?: unknown) => void) => unknown): Promise<unknown> {
  return new Promise(resolve => void Promise.resolve(act(resolve)).catch(resolve))
}
