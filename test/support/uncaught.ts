const EVENTS = ['uncaughtException', 'unhandledRejection'] as const

type Listener = (...args: unknown[]) => void

/** The uncaught errors in each test of the suite that it is called in: mocha, which would fail the test, does not receive them. */
export function useUncaught(): unknown[] {
  const heard: unknown[] = []
  const listener: Listener = err => void heard.push(err)
  let before: Listener[][] = []

  beforeEach(() => {
    heard.splice(0)
    before = EVENTS.map(event => process.rawListeners(event) as Listener[])
    for (const event of EVENTS) process.removeAllListeners(event).on(event, listener)
  })

  afterEach(() => {
    EVENTS.forEach((event, index) => {
      process.removeListener(event, listener)
      for (const former of before[index] as Listener[]) process.on(event, former)
    })
  })
  return heard
}
