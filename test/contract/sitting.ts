import { storeContract, type Ability, type Lack } from '../../lib/store-contract'
import { Clock } from '../support/clock'
import { session } from '../support/subject'

export type Store = InstanceType<typeof session.MemoryStore>
export type Done = (err?: unknown, found?: unknown, version?: unknown) => void

interface Sitting {
  lacks?: readonly Lack[]
  has?: readonly Ability[]
  /** The one to be asked. Default: all of them. */
  rule?: string
}

/** Runs the exam by itself, on a clock, and gives the titles of the rules that a store broke. */
export async function broken(make: () => Store, { lacks = [], has = ['compareAndSet'], rule }: Sitting = {}): Promise<string[]> {
  const clock = new Clock()
  const rules: [string, () => Promise<void>][] = []
  const runner = {
    describe: (_: string, suite: () => void) => suite(),
    it: (title: string, test: () => Promise<void>) => rules.push([title, test]),
  }
  storeContract('a store', { make, runner, lacks, has, shortest: 1, wait: ms => clock.turn(ms) })
  const titles: string[] = []
  for (const [title, test] of rules.filter(([title]) => title === (rule ?? title))) await test().catch(() => titles.push(title))
  Clock.restore()
  return titles
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
