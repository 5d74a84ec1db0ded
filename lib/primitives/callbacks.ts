import type { Callback } from '../core/store/store-client'

/** A promise that nobody waits for does not end the process when it is rejected. */
export function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {})
  return promise
}

/** @param act calls back */
export function promised<Value = void>(act: (done: Callback<Value>) => void): Promise<Value> {
  return new Promise((resolve, reject) => act((err, value) => (err ? reject(err as Error) : resolve(value as Value))))
}

/** A quiet promise of what `act` returns. `act` runs before this returns; it rejects the promise if it throws. */
export function promiseOf<Value>(act: () => Value): Promise<Value> {
  return quiet(new Promise(resolve => resolve(act())))
}

/** Likewise, but nothing where it is done at once: whoever awaits nothing waits for a turn all the same. */
export function pending(act: (done: Callback) => void): Promise<void> | undefined {
  const outcome: { settle?: Callback; err?: unknown; isDone: boolean } = { isDone: false }
  try {
    act(err => {
      if (outcome.settle) return outcome.settle(err)
      if (!outcome.isDone) outcome.err = err
      outcome.isDone = true
    })
  } catch (thrown) {
    return Promise.reject(thrown as Error)
  }
  if (outcome.isDone) return outcome.err ? Promise.reject(outcome.err as Error) : undefined
  return promised(done => (outcome.settle = done))
}

/** Out of the promise's frames: what the callback throws is nobody's rejection. */
export function calledBack(promise: Promise<unknown>, callback: Callback): void {
  promise.then(
    () => process.nextTick(callback),
    err => process.nextTick(callback, err),
  )
}
