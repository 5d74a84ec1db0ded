import { storeContract, type Ability, type Lack } from '../../lib/store-contract'
import { Clock } from '../support/clock'
import { session } from '../support/subject'

export type Store = InstanceType<typeof session.MemoryStore>
export type Done = (err?: unknown, found?: unknown, version?: unknown) => void

interface Run {
  lacks?: readonly Lack[]
  has?: readonly Ability[]
  /** The title of the only rule to test. Default: all rules. */
  rule?: string
}

/** Runs the conformance tests with a manual clock. @returns the titles of the rules that the store breaks */
export async function broken(make: () => Store, options: Run = {}): Promise<string[]> {
  return (await run(make, options)).map(({ title }) => title)
}

/** @returns the errors of a rule that the store breaks */
export async function failuresOf(make: () => Store, rule: string): Promise<Error[]> {
  return (await run(make, { rule })).map(({ err }) => err)
}

async function run(make: () => Store, { lacks = [], has = ['compareAndSet'], rule }: Run): Promise<{ title: string; err: Error }[]> {
  const clock = new Clock()
  const rules: [string, () => Promise<void>][] = []
  const runner = {
    describe: (_: string, suite: () => void) => suite(),
    it: (title: string, test: () => Promise<void>) => rules.push([title, test]),
  }
  storeContract('a store', { make, runner, lacks, has, shortest: 1, wait: ms => clock.turn(ms) })
  const failures: { title: string; err: Error }[] = []
  for (const [title, test] of rules.filter(([title]) => title === (rule ?? title)))
    await test().catch((err: Error) => failures.push({ title, err }))
  Clock.restore()
  return failures
}

/** A memory store with one fault. */
export function faulty(fault: (store: Store, good: Store) => Partial<Record<keyof Store | Ability, unknown>>): () => Store {
  return () => {
    const good = new session.MemoryStore()
    const store = new session.MemoryStore()
    for (const method of ['get', 'set', 'destroy', 'touch', 'all', 'length', 'clear', 'compareAndSet'] as const) {
      ;(store as never as Record<string, unknown>)[method] = (good[method] as (...args: never[]) => void).bind(good)
    }
    return Object.assign(store, fault(store, good)) as Store
  }
}
