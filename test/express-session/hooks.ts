/**
 * Isolates failures in a run with express-session: it throws out of callbacks, and never responds, in cases that resession reports. Such a test fails
 * by itself, without affecting other tests or the process.
 */

// Tests may replace the timers
const { setTimeout, setInterval, clearInterval } = globalThis
/** The idle time of the process after which a test fails, in milliseconds: a busy machine makes a test slow, but does not leave it idle. */
const LIMIT = 2000
const CHECKED_EVERY = 100
/** The timeout of tests that do not set one. */
const DEFAULT_TIMEOUT = 10_000
/** The idle time after which no later error of a failed test is expected, in milliseconds. */
const AFTERMATH = 50

let fail: (err: unknown) => void = () => {}
const toTheTest = (err: unknown): void => fail(err)
let listeners: NodeJS.UncaughtExceptionListener[] = []

type Fn = (this: unknown) => unknown

/** Calls a function when the event loop has been idle for so many milliseconds in total. */
function whenIdle(ms: number, act: () => void): NodeJS.Timeout {
  const before = performance.eventLoopUtilization()
  return setInterval(() => {
    if (performance.eventLoopUtilization(before).idle >= ms) act()
  }, CHECKED_EVERY).unref()
}

/** Waits for later errors, which would otherwise end the process or fail the next test. */
async function aftermath(): Promise<void> {
  fail = () => {}
  const before = performance.eventLoopUtilization()
  // By the idle time, because a busy machine does nothing for longer than this. A test may leave a loop that never rests
  for (let wait = 0; wait < LIMIT; wait += AFTERMATH / 2) {
    await new Promise(resolve => setTimeout(resolve, AFTERMATH / 2))
    if (performance.eventLoopUtilization(before).idle >= AFTERMATH) return
  }
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
    // A test with a longer timeout does more, and is slower in parallel with others
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
        await aftermath()
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
