/** A failed call brings an error; a good one `null`, `undefined`, or nothing at all. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in @types/express-session, for which apps are written
export type Callback<Value = void> = (err?: any, value?: Value) => void

/** A promise that nobody waits for does not end the process when it is rejected. */
export function ignoreRejection<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {})
  return promise
}

/** @param act calls back */
export function fromCallback<Value = void>(act: (done: Callback<Value>) => void): Promise<Value> {
  return new Promise((resolve, reject) => act((err, value) => (err ? reject(err as Error) : resolve(value as Value))))
}

/** A quiet promise of what `act` returns. `act` runs before this returns; it rejects the promise if it throws. */
export function promiseOf<Value>(act: () => Value): Promise<Value> {
  return ignoreRejection(new Promise(resolve => resolve(act())))
}

/** Likewise, but nothing where it is done at once: whoever awaits nothing waits for a turn all the same. */
export function fromCallbackUnlessSync(act: (done: Callback) => void): Promise<void> | undefined {
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
  return fromCallback(done => (outcome.settle = done))
}

/** Out of the promise's frames: what the callback throws is nobody's rejection. */
export function toCallback(promise: Promise<unknown>, callback: Callback): void {
  promise.then(
    () => process.nextTick(callback),
    err => process.nextTick(callback, err),
  )
}

/** What throws or rejects with nothing has failed all the same. */
export function reasonOf(err: unknown, who: string): unknown {
  return err ?? new Error(`${who} failed without a reason`)
}

/** An error thrown by `done` is not the store's: inside its frames, some stores take it for their own and call back again. */
export function deliver(act: () => void): void {
  try {
    act()
  } catch (thrown) {
    process.nextTick(() => {
      throw thrown
    })
  }
}

export function isPromise<T>(value: unknown): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === 'function'
}
