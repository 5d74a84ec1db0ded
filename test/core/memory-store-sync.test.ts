import { expect } from 'chai'
import fc from 'fast-check'
import { markAtOnce } from '../../lib/primitives/after-return'
import { syncOf, type SyncStore, type Fetched } from '../../lib/core/store/sync-methods'
import { Cookie } from '../../lib/core/record/cookie'
import { marksIn } from '../../lib/core/record/marks'
import { APART, MARKS, type Marks } from '../../lib/core/record/reserved-key'
import { serializeData } from '../../lib/core/record/serialize-data'
import type { SessionData } from '../../lib/core/record/session-data'
import type { ResultCallback } from '../../lib/primitives/callbacks'
import type { Found, Outcome } from '../../lib/core/store/contract'
import type { Version } from '../../lib/core/record/snapshot'
import { MemoryStore } from '../../lib/stores/memory-store'
import { useClock } from '../support/clock'

/** The synchronous methods of a store. */
type Asked = { [Name in keyof SyncStore]: (...args: Rest<Parameters<SyncStore[Name]>>) => ReturnType<SyncStore[Name]> }
type Rest<Args> = Args extends [unknown, ...infer Others] ? Others : never

function byTwins(store: MemoryStore): Asked {
  const twin = <Name extends keyof SyncStore>(name: Name): SyncStore[Name] => syncOf(store, name) as SyncStore[Name]
  return {
    get: id => twin('get')(store, id),
    set: (id, session) => twin('set')(store, id, session),
    touch: (id, session) => twin('touch')(store, id, session),
    destroy: id => twin('destroy')(store, id),
    compareAndSet: (id, session, version, text) => twin('compareAndSet')(store, id, session, version, text),
  }
}

/** Marks a callback to be called synchronously, as those of the middleware. */
function middlewares<Done extends object>(callback: Done): Done {
  markAtOnce(callback)
  return callback
}

function byCallbacks(store: MemoryStore): Asked {
  return {
    get(id) {
      let kept: Fetched | undefined
      store.get(
        id,
        middlewares<Found>((_, record, version) => {
          if (record) kept = { record, version: version as Version, likeness: { text: serializeData(record) } }
        }),
      )
      return kept
    },
    set: (id, session) => void store.set(id, session),
    touch: (id, session) => void store.touch(id, session),
    destroy: id => void store.destroy(id),
    compareAndSet(id, session, version) {
      let outcome: Outcome = { ok: false }
      store.compareAndSet(
        id,
        session,
        version,
        middlewares<ResultCallback<Outcome>>((_, heard) => (outcome = heard as Outcome)),
      )
      return outcome
    },
  }
}

interface Step {
  readonly act: keyof Asked | 'turn'
  readonly id: string
  readonly data: Record<string, unknown>
  readonly maxAge: number | null
  readonly path: string
  /** The version that a write is based on: none, or the number of versions back from the last. */
  readonly version: number | null
  readonly saysText: boolean
  readonly marks: Marks | undefined
}

const MARKED = [
  { c: 1, a: 1, h: 'ada' },
  { c: 1, a: 2, h: 'ada' },
]

/** Marks are never passed beside data of the app under the reserved key. */
const NAMES = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'toJSON', '0'), fc.string()).filter(name => name !== MARKS)

const steps = fc.array(
  fc.record<Step>({
    act: fc.constantFrom('get', 'set', 'touch', 'destroy', 'compareAndSet', 'compareAndSet', 'turn'),
    id: fc.constantFrom('ada', 'bob', 'eve'),
    data: fc.dictionary(NAMES, fc.jsonValue(), { maxKeys: 3 }),
    maxAge: fc.constantFrom(null, 50, 100),
    path: fc.constantFrom('/', '/app'),
    version: fc.constantFrom(null, 0, 0, 0, 1),
    saysText: fc.boolean(),
    marks: fc.constantFrom(undefined, ...MARKED),
  }),
  { maxLength: 30 },
)

/** Runs steps on a store, and returns the result and the records after each. Marks are passed under the key. */
class Play {
  /** The versions of each ID, the last one first. */
  readonly #versions = new Map<string, Version[]>()

  constructor(
    private readonly store: MemoryStore,
    private readonly asked: Asked,
    private readonly key: typeof APART | typeof MARKS,
  ) {}

  step(step: Step): object {
    return { answer: this.#act(step), there: Object.entries(this.store.sessions) }
  }

  #act({ act, id, data, maxAge, path, version, saysText, marks }: Step): unknown {
    const session = { ...data, ...(marks && { [this.key]: marks }), cookie: new Cookie({ maxAge, path }) } as unknown as SessionData
    switch (act) {
      case 'get':
        return this.#read(id)
      case 'compareAndSet': {
        const upon = version === null ? null : (this.#versions.get(id)?.[version] ?? null)
        const outcome = this.asked.compareAndSet(id, session, upon, saysText ? serializeData(session) : undefined)
        this.#know(id, outcome.version)
        return [outcome.ok, outcome.version !== undefined]
      }
      case 'turn':
        return undefined
      case 'destroy':
        return void this.asked.destroy(id)
      default:
        return void this.asked[act](id, session)
    }
  }

  /** The expiry is a Date of one way and a string of the other. */
  #read(id: string): unknown {
    const kept = this.asked.get(id)
    this.#know(id, kept?.version)
    if (!kept) return undefined
    const { record, likeness } = kept
    return {
      cookie: JSON.parse(JSON.stringify(record.cookie)),
      data: serializeData(record),
      marks: marksIn(record),
      text: likeness?.text,
      first: Object.keys(record)[0],
    }
  }

  #know(id: string, version: Version | undefined): void {
    if (version !== undefined) this.#versions.set(id, [version, ...(this.#versions.get(id) ?? [])])
  }
}

describe('core: the synchronous methods of MemoryStore', () => {
  const clock = useClock()

  for (const options of [undefined, { max: 2 }]) {
    it(`have the same effects as the callback methods, in any order${options ? ', with max' : ''}`, () => {
      fc.assert(
        fc.property(steps, steps => {
          const [one, other] = [new MemoryStore(options), new MemoryStore(options)]
          const [twins, callbacks] = [new Play(one, byTwins(one), APART), new Play(other, byCallbacks(other), MARKS)]
          for (const step of steps) {
            if (step.act === 'turn') clock.turn(60)
            expect(twins.step(step)).to.deep.equal(callbacks.step(step))
          }
        }),
        { numRuns: 300 },
      )
    })
  }
})
