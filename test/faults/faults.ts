/** The time limit of the stores here, in milliseconds of a manual clock. */
export const LIMIT = 1000
/** The delay of a late callback. */
export const LATE = LIMIT + 25

export type Given = readonly [err?: unknown, value?: unknown, beside?: unknown]
export type Done = (...given: Given) => void

/** A fault of one store call. */
export interface Fault {
  /**
   * @param good carries out the call, and returns its result.
   * @param done the callback of the call.
   * @returns the return value of the store method
   */
  act(good: () => Given, done: Done): unknown
  /** Whether the method declares its callback. Default: yes. */
  readonly declares?: boolean
  /** The resulting failure: the message or the code of the error. A result of a wrong type is a failure only if the result is read. */
  readonly failure?: 'no disk' | 'ERR_STORE_TIMEOUT' | 'without a reason' | 'of a wrong type'
  /** Whether the failure takes the whole time limit. */
  readonly slow?: true
}

const noDisk = (): Error => new Error('no disk')

const ERRORS: Record<string, Fault> = {
  'calls back with an error': { act: (_, done) => done(noDisk()), failure: 'no disk' },
  'calls back with an error later': { act: (_, done) => void setImmediate(done, noDisk()), failure: 'no disk' },
  throws: {
    act: () => {
      throw noDisk()
    },
    failure: 'no disk',
  },
  'throws nothing at all': {
    act: () => {
      throw undefined
    },
    failure: 'without a reason',
  },
  'rejects its promise': { act: () => Promise.reject(noDisk()), declares: false, failure: 'no disk' },
  'rejects its promise for no reason': { act: () => Promise.reject(), declares: false, failure: 'without a reason' },
  'declares a callback and rejects a promise': { act: () => Promise.reject(noDisk()), failure: 'no disk' },
}

const SILENCE: Record<string, Fault> = {
  'never calls back': { act: () => {}, failure: 'ERR_STORE_TIMEOUT', slow: true },
  'never keeps its promise': { act: () => new Promise(() => {}), declares: false, failure: 'ERR_STORE_TIMEOUT', slow: true },
  'calls back late': { act: (good, done) => void setTimeout(() => done(...good()), LATE), failure: 'ERR_STORE_TIMEOUT', slow: true },
  'fails late': { act: (_, done) => void setTimeout(done, LATE, noDisk()), failure: 'ERR_STORE_TIMEOUT', slow: true },
  'rejects late': {
    act: () => new Promise((_, reject) => setTimeout(reject, LATE, noDisk())),
    declares: false,
    failure: 'ERR_STORE_TIMEOUT',
    slow: true,
  },
  'calls back late and twice': {
    act: (good, done) => {
      setTimeout(() => done(...good()), LATE)
      setTimeout(done, LATE + 1, noDisk())
    },
    failure: 'ERR_STORE_TIMEOUT',
    slow: true,
  },
}

const TWICE: Record<string, Fault> = {
  'calls back twice': {
    act: (good, done) => {
      done(...good())
      done(...good())
    },
  },
  'calls back twice, later': {
    act: (good, done) => {
      setImmediate(() => done(...good()))
      setImmediate(setImmediate, () => done(...good()))
    },
  },
  'calls back and then with an error': {
    act: (good, done) => {
      done(...good())
      done(noDisk())
    },
  },
  'calls back with an error and then without': {
    act: (good, done) => {
      setImmediate(() => {
        done(noDisk())
        done(...good())
      })
    },
    failure: 'no disk',
  },
  'calls back and throws': {
    act: (good, done) => {
      done(...good())
      throw noDisk()
    },
  },
}

const BOTH: Record<string, Fault> = {
  'calls back and rejects a promise': {
    act: (good, done) => {
      done(...good())
      return Promise.reject(noDisk())
    },
  },
  'calls back with an error and rejects a promise': {
    act: (_, done) => {
      done(noDisk())
      return Promise.reject(noDisk())
    },
    failure: 'no disk',
  },
  'rejects a promise and calls back': {
    act: (good, done) => {
      setImmediate(() => done(...good()))
      return Promise.reject(noDisk())
    },
    failure: 'no disk',
  },
  'calls back and rejects a promise late': {
    act: (good, done) => {
      setImmediate(() => done(...good()))
      return new Promise((_, reject) => setTimeout(reject, LATE, noDisk()))
    },
  },
  'returns a wrong type': {
    act: (good, done) => {
      good()
      setImmediate(done, null, 'nonsense')
    },
    failure: 'of a wrong type',
  },
}

export const FAULTS: Record<string, Fault> = { ...ERRORS, ...SILENCE, ...TWICE, ...BOTH }

/** Faults that fail at once although the call was carried out. */
export const WRITES_AND_FAILS: readonly Fault[] = [
  TWICE['calls back with an error and then without'],
  BOTH['rejects a promise and calls back'],
  BOTH['returns a wrong type'],
] as Fault[]
