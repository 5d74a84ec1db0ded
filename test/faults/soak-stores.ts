import type { Outcome, SessionStore } from '../../lib/core/store/contract'
import type { Version } from '../../lib/core/record/snapshot'
import { session, type SessionData } from '../support/subject'
import type { Done } from './faults'

/** More than the number of clients, so that the memory is bounded and no session of a client is removed. */
const MOST = 2000

/** Fills the store with unused sessions, because a store that is still filling up grows. */
function fill(store: InstanceType<typeof session.MemoryStore>): void {
  const cookie = new session.Cookie()
  for (let i = 0; i < MOST; i++) store.set(String(i).padStart(32, 'x'), { cookie, views: 10, updated: 1 } as never, () => {})
}

type Answer<Value = void> = (err?: unknown, value?: Value, version?: Version) => void

/** The number of faults per 1,000 calls. */
const TROUBLE = { silent: 2, late: 2, fails: 10, throws: 4, twice: 10 } as const
/** The delay of a late callback, in milliseconds of a manual clock. */
const LATE = 5000

/** Of so many calls, the last ones get no callback, which simulates an outage. */
const [CALM, OUTAGE] = [40_000, 18]

/** The random faults of a store. */
class Trouble {
  #calls = 0

  constructor(private readonly random: () => number) {}

  /** @param wait delays the callback of a healthy call */
  ask(done: Done, act: (done: Done) => void, wait: (act: () => void) => void): void {
    let chance = this.random() * 1000
    const meets = (what: keyof typeof TROUBLE): boolean => (chance -= TROUBLE[what]) < 0 && chance >= -TROUBLE[what]
    const good = (): void => act(done)
    if (++this.#calls % CALM >= CALM - OUTAGE || meets('silent')) return
    if (meets('late')) return void setTimeout(good, LATE)
    if (meets('fails')) return wait(() => done(new Error('no disk')))
    if (meets('throws')) throw new Error('no disk')
    wait(good)
    if (meets('twice')) wait(() => done(new Error('again')))
  }
}

/** The memory store with faults in every method; it has compareAndSet, and is synchronous. */
export class TroubledMemory extends (session.MemoryStore as unknown as new (options: object) => InstanceType<typeof session.MemoryStore>) {
  #trouble: Trouble

  constructor(random: () => number) {
    super({ max: MOST })
    this.#trouble = new Trouble(() => 1)
    fill(this as never)
    this.#trouble = new Trouble(random)
  }

  override get(id: string, callback: Answer<SessionData | null>): void {
    this.#ask(callback, done => super.get(id, done))
  }

  override set(id: string, data: SessionData, callback: Answer = () => {}): void {
    this.#ask(callback, done => super.set(id, data, done))
  }

  override touch(id: string, data: SessionData, callback: Answer = () => {}): void {
    this.#ask(callback, done => super.touch(id, data, done))
  }

  override destroy(id: string, callback: Answer = () => {}): void {
    this.#ask(callback, done => super.destroy(id, done))
  }

  override compareAndSet(id: string, data: SessionData, version: Version | null, callback: Answer<Outcome>): void {
    this.#ask(callback, done => super.compareAndSet(id, data, version, done))
  }

  #ask(callback: Answer<never>, act: (done: Done) => void): void {
    this.#trouble.ask(callback as Done, act, act => act())
  }
}

/** A plain store that is as remote as a database: without compareAndSet, and asynchronous. */
export class TroubledDistance extends (session.Store as unknown as new () => object) {
  readonly #kept = new session.MemoryStore({ max: MOST })
  readonly #trouble: Trouble

  constructor(random: () => number) {
    super()
    this.#trouble = new Trouble(random)
    fill(this.#kept)
  }

  get(id: string, callback: Answer<SessionData | null>): void {
    this.#ask(callback, done => this.#kept.get(id, done))
  }

  set(id: string, data: SessionData, callback: Answer): void {
    const copy = JSON.parse(JSON.stringify(data)) as SessionData
    this.#ask(callback, done => this.#kept.set(id, copy, done))
  }

  touch(id: string, data: SessionData, callback: Answer): void {
    const copy = JSON.parse(JSON.stringify(data)) as SessionData
    this.#ask(callback, done => this.#kept.touch(id, copy, done))
  }

  destroy(id: string, callback: Answer): void {
    this.#ask(callback, done => this.#kept.destroy(id, done))
  }

  #ask(callback: Answer<never>, act: (done: Done) => void): void {
    this.#trouble.ask(callback as Done, act, act => void setImmediate(act))
  }
}

export const STORES: Record<string, new (random: () => number) => SessionStore> = {
  'the memory store': TroubledMemory as never,
  'a distant store': TroubledDistance as never,
}
