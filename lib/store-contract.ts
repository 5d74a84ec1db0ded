import { randomUUID } from 'node:crypto'
import { answering } from './store-contract/answering'
import { atomic } from './store-contract/atomic'
import { brokenRule } from './store-contract/broken-rule'
import { StoreUnderTest, type Ability } from './store-contract/store-under-test'
import type { Suite, Group, Lack } from './store-contract/suite'
import { expiring, touching } from './store-contract/expiring'
import { inTime, pause } from './store-contract/in-time'
import { copying, keeping } from './store-contract/keeping'
import { listing } from './store-contract/listing'
import type { SessionStore } from './core/store/contract'

export type { Ability } from './store-contract/store-under-test'
export type { Lack } from './store-contract/suite'

/** The options of `storeContract`. */
export interface StoreContractOptions<Store extends SessionStore = SessionStore> {
  /** Returns a new, empty store. It is called for each test. */
  make: () => Store | Promise<Store>
  /**
   * Called with the store after its test.
   *
   * @default undefined
   */
  dispose?: (store: Store) => void | Promise<void>
  /**
   * What the store does not do, of `'touch'`, `'all'`, `'length'`, `'clear'` and `'expiry'`.
   *
   * @default []
   */
  lacks?: readonly Lack[]
  /**
   * What the store does beyond the required methods: `'compareAndSet'` or `'update'`. A store that has more than it says fails.
   *
   * @default []
   */
  has?: readonly Ability[]
  /**
   * The shortest lifetime that the store supports, in milliseconds.
   *
   * @default 1000, the resolution of most engines
   */
  shortest?: number
  /**
   * Lets time pass: advance your fake clock here if you have one.
   *
   * @default waits
   */
  wait?: (ms: number) => void | Promise<void>
  /**
   * The functions of the test runner. Needed with vitest and jest if their globals are off.
   *
   * @default the global `describe` and `it` of mocha, jest or vitest, else those of `node:test`
   * @example import { describe, it } from 'vitest'
   * storeContract('my store', { make: () => new MyStore(), runner: { describe, it } })
   */
  runner?: Runner
}

/** The functions of a test runner that registers suites and tests. */
export interface Runner {
  describe(this: void, title: string, suite: () => void): unknown
  it(this: void, title: string, test: () => Promise<void>, timeout?: number): unknown
}

/** Longer than any rule takes with the default shortest lifetime. */
const TIMEOUT = 30_000

const GROUPS: Record<string, Group> = { keeping, copying, expiring, touching, listing, answering, atomic }

/**
 * Registers the conformance tests of a store with your test runner.
 *
 * @example storeContract('my store', { make: () => new MyStore() })
 * @see `docs/stores.md`, "Conformance tests"
 * @throws TypeError without `make`, or for an invalid runner
 */
export function storeContract<Store extends SessionStore>(name: string, options: StoreContractOptions<Store>): void {
  const { make, dispose, lacks = [], has = [], shortest = 1000, wait = pause } = options
  if (typeof make !== 'function') throw new TypeError('make option must be a function')
  const { describe, it } = checkRunner(options.runner ?? defaultRunner())

  const suite: Suite = {
    rule: (title, test) => {
      const run = async (): Promise<void> => {
        const store = await make()
        try {
          await test(new StoreUnderTest(store)).catch((err: unknown) => {
            throw brokenRule(name, title, err)
          })
        } finally {
          await dispose?.(store)
        }
      }
      const runInTime = (): Promise<void> => inTime(run(), TIMEOUT - 1_000, `${name}: "${title}" did not end`)
      const registered = it(title, runInTime, TIMEOUT) as { timeout?(ms: number): void } | undefined
      // Mocha takes the timeout here, others above
      registered?.timeout?.(TIMEOUT)
    },
    // As long as real IDs, for which columns are sized
    id: () => randomUUID().replaceAll('-', ''),
    wait: async ms => wait(ms),
    shortest,
    lacks: ability => lacks.includes(ability),
    has: ability => has.includes(ability),
  }

  describe(`${name}: the store contract`, () => {
    for (const [title, group] of Object.entries(GROUPS)) describe(title, () => group(suite))
  })
}

function defaultRunner(): Partial<Runner> {
  const runner = globalThis as Partial<Runner>
  if (!runner.describe || !runner.it) refuseWithoutGlobals()
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only if it is the runner
  return runner.describe && runner.it ? runner : (require('node:test') as Runner)
}

/**
 * Workers of vitest or jest would register the tests with `node:test`, and report none.
 *
 * @throws TypeError in such a worker
 */
function refuseWithoutGlobals(): void {
  const { VITEST, JEST_WORKER_ID } = process.env
  if (!VITEST && !JEST_WORKER_ID) return
  const module = VITEST ? 'vitest' : '@jest/globals'
  throw new TypeError(
    `runner option must be set without globals: import { describe, it } from '${module}', and write runner: { describe, it }`,
  )
}

function checkRunner({ describe, it }: Partial<Runner>): Runner {
  if (typeof describe !== 'function' || typeof it !== 'function') throw new TypeError('runner option must have describe and it')
  return { describe, it }
}
