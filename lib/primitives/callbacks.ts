/** A Node callback without a result. The error of a successful call is `null`, `undefined`, or missing. */
// One parameter, as in @types/express-session: a function with an optional second one of any type is such a callback
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in @types/express-session, for which apps are written
export type Callback = (err?: any) => void

/** A Node callback with a result. The error of a successful call is `null`, `undefined`, or missing. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as for Callback
export type ResultCallback<Value> = (err?: any, value?: Value) => void

/** Prevents an unhandled rejection: a promise that is not awaited must not end the process. */
export function ignoreRejection<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {})
  return promise
}

/** Whether a value is a promise where none is allowed. The caller reports that, so a rejection of the promise does not end the process. */
export function isRefusedPromise(value: unknown): boolean {
  if (!isPromise(value)) return false
  void ignoreRejection(Promise.resolve(value))
  return true
}

/** @param act receives the callback */
export function fromCallback<Value = void>(act: (done: ResultCallback<Value>) => void): Promise<Value> {
  return new Promise((resolve, reject) => act((err, value) => (err ? reject(err as Error) : resolve(value as Value))))
}

/** A promise of what `act` returns, without unhandled rejections. `act` runs synchronously; if it throws, the promise rejects. */
export function promiseOf<Value>(act: () => Value): Promise<Value> {
  return ignoreRejection(new Promise(resolve => resolve(act())))
}

/** As `fromCallback`, but returns undefined if `act` finishes synchronously, because awaiting a promise takes a turn. */
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

/** Calls back outside the promise's stack, so that an error of the callback does not reject the promise. */
export function toCallback(promise: Promise<unknown>, callback: Callback): void {
  promise.then(
    () => process.nextTick(callback),
    err => process.nextTick(callback, err),
  )
}

/** A rejection without a reason is an error all the same. */
export function reasonOf(err: unknown, who: string): unknown {
  return err ?? new Error(`${who} failed without a reason`)
}

/** A callback that ignores all calls but the first. */
export function once<Value>(done: ResultCallback<Value>): ResultCallback<Value> {
  let isDone = false
  return (err, value) => {
    if (isDone) return
    isDone = true
    done(err, value)
  }
}

/** Delivers a result outside the store's stack. Some stores would catch an error of the app and call back again. */
export function deliver(act: () => void): void {
  try {
    act()
  } catch (thrown) {
    process.nextTick(() => {
      throw thrown
    })
  }
}

/** Whether it has `then`, as promises of other libraries have. */
export function isPromise<T>(value: unknown): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === 'function'
}
