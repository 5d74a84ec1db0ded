import type { Store } from '../../integration'

export type Make = new (options: object, ready?: (err?: unknown) => void) => Store

/** A store that emits an event when it is ready. */
export function readyStore(Made: Make, options: object): Promise<Store> {
  return new Promise((resolve, reject) => {
    const store: Store = new Made(options, err => (err ? reject(err) : resolve(store)))
  })
}
