import { expect } from 'chai'
import fc = require('fast-check')
import { StoreClient } from '../../lib/core/store/store-client'
import type { HashIds } from '../../lib/core/store/store-keys'
import { asShipped, ID, KEY, processOf, seed, WRONG_ORDERS, type Found, type Order, type Process } from './hash-ids-orders'
import { KeyEngine, keyStore, Schedule } from './key-engine'

const RUNS = Number(process.env.RUNS ?? 300)

type Act = 'visit' | 'save' | 'logout'

interface Place {
  readonly compares: boolean
  readonly processes: number
}

interface Case {
  readonly place: Place
  /** In order of their beginning; each begins at any step. */
  readonly acts: readonly Act[]
  readonly choices: readonly number[]
  /** A process crashes before this step. */
  readonly crashes: readonly { readonly process: number; readonly step: number }[]
}

const aCrash = fc.record({ process: fc.nat({ max: 2 }), step: fc.nat({ max: 40 }) })

/** Saves on a plain store are made conditional by the transactions of requests, which are not played here. */
const anyCase = (crashes: number): fc.Arbitrary<Case> =>
  fc
    .constantFrom<Place>(
      { compares: false, processes: 1 },
      { compares: true, processes: 1 },
      { compares: true, processes: 2 },
      { compares: true, processes: 3 },
    )
    .chain(place =>
      fc.record({
        place: fc.constant(place),
        acts: fc.array(fc.constantFrom<Act>('visit', 'visit', 'logout', ...(place.compares ? (['save'] as const) : [])), {
          minLength: 1,
          maxLength: 6,
        }),
        choices: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
        crashes: fc.array(aCrash, { maxLength: crashes }),
      }),
    )

/** What has to hold for all acts of the processes, in all orders. */
class Invariants {
  logoutBegan = false
  logoutDone = false
  saved = 0

  /** @param began whether a logout had ended before the session was asked for */
  found(found: Found, { wasEnded }: { readonly wasEnded: boolean }): void {
    if (wasEnded) expect(found, 'a session that was ended is not found').to.equal(undefined)
    if (!this.logoutBegan) expect(found, 'a session that is not ended is found').to.not.equal(undefined)
    if (found) expect(Object.keys(found.record)).to.have.members(['n', 'cookie'])
  }
}

function play(order: Order, { place, acts, choices, crashes }: Case): void {
  const engine = new KeyEngine()
  seed(engine)
  const schedule = new Schedule()
  const invariants = new Invariants()
  const start = (process: number) => order(keyStore(engine, schedule, process, place.compares))
  const processes = Array.from({ length: place.processes }, (_, process) => start(process))
  for (const [index, act] of acts.entries()) {
    const process = index % place.processes
    const own = processes[process] as ReturnType<Order>
    schedule.push(process, () => {
      if (act === 'logout') {
        invariants.logoutBegan = true
        return own.end(() => void (invariants.logoutDone = true))
      }
      const wasEnded = invariants.logoutDone
      own.find(found => {
        invariants.found(found, { wasEnded })
        if (act !== 'save' || !found) return
        const { record, version } = found
        own.save({ ...record, n: record.n + 1 }, version, written => void (invariants.saved += written ? 1 : 0))
      })
    })
  }
  let at = 0
  const choose = (count: number): number => (choices[at++ % choices.length] as number) % count
  schedule.run(choose, step => crashes.filter(crash => crash.step === step).forEach(({ process }) => schedule.crash(process)))
  const later = start(3)
  let last: Found
  later.find(found => {
    last = found
    invariants.found(found, { wasEnded: invariants.logoutDone })
  })
  schedule.run(() => 0)
  // A plain store cannot tell that a process has crashed before it removed the older record
  if (place.compares || crashes.length === 0) expect(engine.text(ID), 'no record is stored under an ID').to.equal(undefined)
  if (invariants.logoutBegan) return
  // A crash may come after a save and before its answer
  expect(last?.record.n, 'what was saved is there').to.be.at.least(invariants.saved)
  if (crashes.length > 0) return
  expect(last?.record.n).to.equal(invariants.saved)
  expect(engine.text(KEY), 'the record has moved').to.be.a('string')
}

/** Some processes have `true` already. A client logs out in one that has found the session: others have nothing to end. */
function playMixed({ acts, choices, crashes, modes }: Mixed): void {
  const engine = new KeyEngine()
  seed(engine)
  const schedule = new Schedule()
  const processes = modes.map((mode, process) => processOf(keyStore(engine, schedule, process, true), mode))
  let isEnded = false
  const revived: Found[] = []
  const serve = (act: Act, own: Process): void => {
    const wasEnded = isEnded
    own.find(found => {
      if (found && wasEnded) revived.push(found)
      if (found && act === 'logout') own.end(() => void (isEnded = true))
    })
  }
  for (const [index, act] of acts.entries()) {
    const process = index % processes.length
    schedule.push(process, () => serve(act, processes[process] as Process))
  }
  let at = 0
  const choose = (count: number): number => (choices[at++ % choices.length] as number) % count
  schedule.run(choose, step => crashes.filter(crash => crash.step === step).forEach(({ process }) => schedule.crash(process)))
  serve('visit', asShipped(keyStore(engine, schedule, processes.length, true)))
  schedule.run(() => 0)
  expect(revived, 'a session that was ended is not found').to.deep.equal([])
}

interface Mixed extends Omit<Case, 'place'> {
  readonly modes: readonly HashIds[]
}

const mixed: fc.Arbitrary<Mixed> = fc.record({
  modes: fc.array(fc.constantFrom<HashIds>('migrate', true), { minLength: 2, maxLength: 3 }),
  acts: fc.array(fc.constantFrom<Act>('visit', 'logout'), { minLength: 1, maxLength: 6 }),
  choices: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
  crashes: fc.array(aCrash, { maxLength: 2 }),
})

/** A process crashed after it had confirmed a move, and the client logged out in one that does not look for older records. */
const FOUND_MIXED: Mixed = {
  modes: [true, 'migrate'],
  acts: ['logout', 'visit'],
  choices: [12_048_459],
  crashes: [{ process: 1, step: 10 }],
}

const rule = (order: Order, crashes: number) => fc.property(anyCase(crashes), aCase => play(order, aCase))

describe('concurrency: hashIds: "migrate", in random orders of the steps of processes', () => {
  it('is played on stores that compare, and on plain ones', () => {
    for (const compares of [true, false]) {
      expect(new StoreClient(keyStore(new KeyEngine(), new Schedule(), 0, compares)).compares).to.equal(compares)
    }
  })

  it(`revives no logout, and loses no session (${RUNS} runs)`, () => {
    fc.assert(rule(asShipped, 0), { numRuns: RUNS })
  }).timeout(Math.max(20_000, RUNS * 20))

  it(`nor if processes crash at any step (${RUNS} runs)`, () => {
    fc.assert(rule(asShipped, 3), { numRuns: RUNS })
  }).timeout(Math.max(20_000, RUNS * 20))

  it(`nor if some processes have true already, and processes crash at any step (${RUNS} runs)`, () => {
    fc.assert(fc.property(mixed, playMixed), { numRuns: RUNS, examples: [[FOUND_MIXED]] })
  }).timeout(Math.max(20_000, RUNS * 20))

  it('knows its own copy from that of another process, if a logout is between them and versions are the texts of records', () => {
    const engine = new KeyEngine()
    seed(engine)
    const schedule = new Schedule()
    const [first, logout, second, later] = [0, 1, 2, 3].map(process => asShipped(keyStore(engine, schedule, process, true))) as [
      Process,
      Process,
      Process,
      Process,
    ]
    second.find(() => {})
    // Both of its reads
    schedule.advance(2, 4)
    first.find(() => {})
    // The reads, the copy, and a look at the older record
    schedule.advance(0, 8)
    logout.end(() => {})
    schedule.advance(1)
    // Its copy
    schedule.advance(2, 2)
    schedule.advance(0)
    schedule.advance(2)
    later.find(found => expect(found).to.equal(undefined))
    schedule.advance(3)
    expect([engine.text(ID), engine.text(KEY)]).to.deep.equal([undefined, undefined])
  })

  it('keeps a session whose move a crash has interrupted, also in processes with true', () => {
    const engine = new KeyEngine()
    seed(engine)
    const schedule = new Schedule()
    asShipped(keyStore(engine, schedule, 0, true)).find(() => {})
    // The reads, the copy, a look at the older record, and the confirmation
    schedule.advance(0, 10)
    schedule.crash(0)
    const other = processOf(keyStore(engine, schedule, 1, true), true)
    let found: Found
    other.find(session => (found = session))
    schedule.run(() => 0)
    expect(found?.record).to.have.keys('n', 'cookie')
    // A logout there ends it for all processes
    expect(engine.text(ID)).to.equal(undefined)
  })

  describe('would, if', () => {
    for (const [title, order] of Object.entries(WRONG_ORDERS)) {
      it(title, () => {
        const crashes = title.includes('crash') ? 3 : 0
        const onStoresThatCompare = fc.property(
          anyCase(crashes).filter(({ place }) => place.compares),
          aCase => play(order, aCase),
        )
        expect(fc.check(onStoresThatCompare, { numRuns: 20_000, seed: 1 }).failed).to.equal(true)
      }).timeout(60_000)
    }
  })
})
