import type { Callback } from './store-port'

/** A promise that nobody waits for does not end the process when it is rejected. */
export function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {})
  return promise
}

/** @param act calls back */
export function promised(act: (done: Callback) => void): Promise<void> {
  return new Promise((resolve, reject) => act(err => (err ? reject(err as Error) : resolve())))
}

/** Out of the promise's frames: what the callback throws is nobody's rejection. */
export function calledBack(promise: Promise<unknown>, callback: Callback): void {
  promise.then(
    () => process.nextTick(callback),
    err => process.nextTick(callback, err),
  )
}
