import { randomInt } from 'node:crypto'
import { expect } from 'chai'
import fc = require('fast-check')
import { hostOf } from '../../lib/core/session/session'
import { KeyEngine, Schedule } from './key-engine'
import { Process, type Act, type Client, type Data } from './users-rig'

const RUNS = Number(process.env.RUNS ?? 300)

/** The same runs in each CI build; others by `npm run model:users`, unless `SEED` repeats some. */
const SEED = Number(process.env.SEED ?? (process.env.RUNS ? randomInt(2 ** 31) : 1))
const ABOUT = `${RUNS} runs, seed ${SEED}`

const MAX = 2
const USER = 'ada'

/** Longer than a login may be under way. */
const LATER = 600_000

const ACTS = {
  login: (session, done) =>
    session.regenerate((err?: unknown) => {
      if (err) return done(err)
      const next = hostOf(session).session as Data
      next.user = USER
      next.save(done)
    }),
  become: (session, done) => {
    session.user = USER
    session.save(done)
  },
  write: (session, done) => {
    session.n = (session.n ?? 0) + 1
    session.save(done)
  },
  renew: (session, done) => session.regenerate({ keep: true }, done),
  logout: (session, done) => session.destroy(done),
  leave: (session, done) => {
    delete session.user
    session.save(done)
  },
  leaveAnew: (session, done) => session.regenerate({ keep: ['n'] }, done),
} satisfies Record<string, Act>

type Name = keyof typeof ACTS | 'revokeAll' | 'list'

interface Case {
  readonly place: { readonly compares: boolean; readonly processes: number }
  readonly acts: readonly { readonly name: Name; readonly client: number }[]
  readonly choices: readonly number[]
  /** A process crashes before this step. */
  readonly crashes: readonly { readonly process: number; readonly step: number }[]
}

const NAMES = ['login', 'login', 'become', 'write', 'renew', 'renew', 'logout', 'leave', 'leaveAnew', 'revokeAll', 'list'] as const

const anyCase = (crashes: number): fc.Arbitrary<Case> =>
  fc.record({
    place: fc.constantFrom(
      { compares: true, processes: 3 },
      { compares: true, processes: 2 },
      { compares: true, processes: 1 },
      { compares: false, processes: 1 },
    ),
    acts: fc.array(fc.record({ name: fc.constantFrom<Name>(...NAMES), client: fc.nat({ max: 2 }) }), { minLength: 1, maxLength: 6 }),
    choices: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
    crashes: fc.array(fc.record({ process: fc.nat({ max: 2 }), step: fc.nat({ max: 60 }) }), { maxLength: crashes }),
  })

/** Schedules that once failed: a login replaced a session that another request had renewed; and one login removed the entry of another with its handle. */
const FOUND: readonly [Case][] = [
  [found(['renew', 2], ['login', 2], ['become', 2])([2_113_436_033, 466_905_931, 1_096_266_088, 23_353_880])],
  [found(['become', 2], ['renew', 2], ['become', 0], ['become', 2])([1_472_324_786, 870_341_653])],
  [found(['become', 0], ['become', 0], ['leave', 0], ['become', 0], ['become', 0], ['become', 0])([501_970_838, 400_857_715])],
]

/** A process crashed after it had created the record of a renewal, whose session had been revoked before. */
const FOUND_WITH_CRASH: Case = {
  place: { compares: true, processes: 2 },
  acts: [
    { name: 'revokeAll', client: 0 },
    { name: 'renew', client: 0 },
    { name: 'leave', client: 0 },
  ],
  choices: [24_392_173, 641_082_319, 0, 32_454_742, 3, 2_044_939_757, 0],
  crashes: [{ process: 1, step: 31 }],
}

function found(...acts: readonly [Name, number][]): (choices: readonly number[]) => Case {
  const place = { compares: true, processes: 3 }
  return choices => ({ place, acts: acts.map(([name, client]) => ({ name, client })), choices, crashes: [] })
}

/** What has to hold for all acts of the processes, in all orders. */
class Invariants {
  /** The handles of sessions of the user whose login has been answered. */
  readonly bound = new Set<string>()
  /** Those that have been ended since. */
  readonly ended = new Set<string>()
  /** Those of sessions that the user may have left: the next login in such a session has the same handle. */
  readonly left = new Set<string>()
  readonly errors: unknown[] = []

  failed(err: unknown): void {
    const { code } = err as { code?: string }
    if (code !== 'ERR_SESSION_REVOKED' && code !== 'ERR_SESSION_NOT_FOUND') this.errors.push(err)
  }
}

interface Stored {
  readonly user?: string
  readonly '~'?: { readonly h: string; readonly u?: string }
}

/** The handles of the user's sessions that can be used. */
function live(engine: KeyEngine): Set<string> {
  const records = engine.keys().map(key => JSON.parse(engine.text(key) ?? '{}') as Stored)
  return new Set(records.filter(({ user }) => user === USER).map(record => record['~']?.h ?? 'none'))
}

class Play {
  readonly engine = new KeyEngine()
  readonly schedule = new Schedule()
  readonly invariants = new Invariants()
  readonly processes: readonly Process[]
  readonly clients: readonly Client[] = [{ id: undefined }, { id: undefined }, { id: undefined }]

  constructor(private readonly given: Case) {
    const { compares, processes } = given.place
    this.processes = Array.from({ length: processes }, (_, number) => this.start(number, compares))
  }

  start(number: number, compares = this.given.place.compares): Process {
    return new Process(this.engine, this.schedule, number, { compares, max: MAX })
  }

  async run(): Promise<void> {
    // Two of the clients have logged in, and the third has an anonymous session
    for (const [index, client] of this.clients.entries()) {
      this.begin({ name: index < 2 ? 'login' : 'write', client: index }, index)
      await this.schedule.runAll(() => 0)
      expect(client.id).to.be.a('string')
    }
    const { acts, choices, crashes } = this.given
    for (const [index, act] of acts.entries()) this.schedule.push(index % this.processes.length, () => this.begin(act, index))
    let at = 0
    const choose = (count: number): number => (choices[at++ % choices.length] as number) % count
    const crash = (step: number): void =>
      crashes.filter(crash => crash.step === step).forEach(({ process }) => this.schedule.crash(process))
    await this.schedule.runAll(choose, crash)
  }

  begin({ name, client }: Case['acts'][number], index: number): void {
    const process = this.processes[index % this.processes.length] as Process
    const { invariants } = this
    if (name === 'list') return void process.sessions.list(USER).catch((err: unknown) => invariants.failed(err))
    if (name === 'revokeAll') {
      const bound = [...invariants.bound]
      const ended = (): void => bound.forEach(handle => invariants.ended.add(handle))
      return void process.sessions.revokeAll(USER).then(ended, (err: unknown) => invariants.failed(err))
    }
    const begins = (handle: string | undefined): void => void (name.startsWith('leave') && handle && invariants.left.add(handle))
    process.serve(this.clients[client] as Client, ACTS[name], begins, (err, before, after) => {
      if (err) return invariants.failed(err)
      if (after !== undefined) invariants.bound.add(after)
      if ((name === 'logout' || name === 'login') && before !== undefined) invariants.ended.add(before)
    })
  }
}

async function play(given: Case): Promise<void> {
  const run = new Play(given)
  await run.run()
  const { engine, schedule, invariants } = run
  const now = Date.now
  Date.now = () => now() + LATER
  try {
    let listed: readonly string[] = []
    const later = run.start(9)
    // The first call completes what crashed processes have begun
    void later.sessions
      .list(USER)
      .then(() => later.sessions.list(USER))
      .then(list => (listed = list.map(({ handle }) => handle)))
    await schedule.runAll(() => 0)
    const living = live(engine)
    expect(invariants.errors).to.deep.equal([])
    expect(
      [...living].filter(handle => !listed.includes(handle)),
      'every live session is listed',
    ).to.deep.equal([])
    expect(
      [...living].filter(handle => invariants.ended.has(handle) && !invariants.left.has(handle)),
      'none survives its revocation',
    ).to.deep.equal([])
    expect(living.size, 'never more than max').to.be.at.most(MAX)
    const ends = given.acts.some(({ name }) => !['write', 'renew', 'list'].includes(name))
    if (!ends && given.crashes.length === 0) expect(living.size, 'no session is lost').to.equal(2)
  } finally {
    Date.now = now
  }
}

describe('concurrency: sessions by user, in random orders of the steps of processes', () => {
  it(`every live session is listed, none survives its revocation, never more than max (${ABOUT})`, async () => {
    await fc.assert(fc.asyncProperty(anyCase(0), play), { numRuns: RUNS, seed: SEED, examples: [...FOUND] })
  }).timeout(Math.max(60_000, RUNS * 40))

  it(`also if processes crash at any step (${ABOUT})`, async () => {
    await fc.assert(fc.asyncProperty(anyCase(3), play), { numRuns: RUNS, seed: SEED, examples: [[FOUND_WITH_CRASH]] })
  }).timeout(Math.max(60_000, RUNS * 40))
})
