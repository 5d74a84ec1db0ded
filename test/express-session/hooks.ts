/**
 * The original throws out of callbacks, and never answers, where ours reports: in a run against it such a test fails by itself, and leaves the
 * others and the process alone.
 */

// Tests may turn timers of their own
const { setTimeout, setInterval, clearInterval } = globalThis
/** In milliseconds for which nothing happens in the process: a busy machine makes a test slow, but does not leave it idle. */
const LIMIT = 2000
const CHECKED_EVERY = 100
/** The timeout of tests that name none. */
const DEFAULT_TIMEOUT = 10_000
const AFTERMATH = 50

let fail: (err: unknown) => void = () => {}
const toTheTest = (err: unknown): void => fail(err)
let listeners: NodeJS.UncaughtExceptionListener[] = []

type Fn = (this: unknown) => unknown

/** Acts when the event loop has had nothing to do for so many milliseconds in all. */
function whenIdle(ms: number, act: () => void): NodeJS.Timeout {
  const before = performance.eventLoopUtilization()
  return setInterval(() => {
    if (performance.eventLoopUtilization(before).idle >= ms) act()
  }, CHECKED_EVERY).unref()
}

export const mochaHooks = {
  beforeAll(): void {
    listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', toTheTest)
    process.on('unhandledRejection', toTheTest)
  },

  beforeEach(this: { currentTest: { fn: Fn; timeout(): number } }): void {
    const test = this.currentTest
    const { fn } = test
    // A test that names a longer one does much, and is slower still beside others
    const limit = test.timeout() > DEFAULT_TIMEOUT ? test.timeout() : LIMIT
    test.fn = async function (this: unknown) {
      let watch: NodeJS.Timeout | undefined
      try {
        await new Promise((resolve, reject) => {
          fail = reject
          watch = whenIdle(limit, () => reject(new Error('no answer')))
          Promise.resolve(fn.call(this)).then(resolve, reject)
        })
      } catch (err) {
        // What it throws later is its own, not the next test's
        fail = () => {}
        await new Promise(resolve => setTimeout(resolve, AFTERMATH))
        throw err
      } finally {
        clearInterval(watch)
      }
    }
  },

  afterAll(): void {
    process.removeListener('uncaughtException', toTheTest)
    process.removeListener('unhandledRejection', toTheTest)
    for (const listener of listeners) process.on('uncaughtException', listener)
  },
}
