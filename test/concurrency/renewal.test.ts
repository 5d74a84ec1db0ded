import { expect } from 'chai'
import fc = require('fast-check')
import { Clock } from '../support/clock'
import { KeyEngine, Schedule } from './key-engine'
import { AGE, RenewingProcess, type Live, type Mistake, type Visit } from './renewal-rig'

/** Of each of the twelve properties. */
const RUNS = Math.ceil(Number(process.env.RUNS ?? 2400) / 12)

/** The ID that all clients have at the beginning. An attacker may have fixed it. */
const FIRST = 'first-id'

type Act =
  'read' | 'save' | 'update' | 'renew' | 'login' | 'login-keep' | 'login-keep-late' | 'authenticate' | 'logout' | 'spy' | 'spy-save'

interface Case {
  readonly processes: number
  readonly acts: readonly { readonly act: Act; readonly cookie: 'first' | 'last' }[]
  readonly choices: readonly number[]
  readonly crashes: readonly { readonly process: number; readonly step: number }[]
  /** The numbers of the conditional writes whose replies are lost, and whether the engine has made them. */
  readonly lost?: readonly { readonly number: number; readonly isMade: boolean }[]
}

interface Faults {
  /** How many processes crash at most. */
  readonly crashes: number
  /** How many replies are lost at most. */
  readonly lost: number
}

const anyCase = (acts: readonly Act[], { crashes, lost }: Faults): fc.Arbitrary<Case> =>
  fc.record({
    processes: fc.integer({ min: 1, max: 3 }),
    acts: fc.array(fc.record({ act: fc.constantFrom(...acts), cookie: fc.constantFrom('first', 'last') }), { minLength: 1, maxLength: 6 }),
    choices: fc.array(fc.nat(), { minLength: 1, maxLength: 80 }),
    crashes: fc.array(fc.record({ process: fc.nat({ max: 2 }), step: fc.nat({ max: 60 }) }), { maxLength: crashes }),
    lost: fc.array(fc.record({ number: fc.integer({ min: 1, max: 15 }), isMade: fc.boolean() }), { maxLength: lost }),
  })

/** Sessions are of one line if one has got its ID, and some of its data, from the other. */
interface Line {
  ended: boolean
  /** Keys of saves whose response was sent. */
  readonly saved: string[]
}

class World {
  readonly engine = new KeyEngine()
  readonly schedule = new Schedule()
  readonly lines = new Map<string, Line>([['line-0', { ended: false, saved: [] }]])
  /** The IDs that clients have, and those of the attacker. */
  readonly ids = new Set([FIRST])
  readonly spied = new Set([FIRST])
  last = FIRST
  #made = 0

  constructor(
    now: number,
    private readonly mistake?: Mistake,
    readonly hasGrace = true,
  ) {
    const marks = { c: now - AGE, a: now - AGE, h: 'handle' }
    this.engine.write(FIRST, JSON.stringify({ line: 'line-0', cookie: { originalMaxAge: null, expires: null }, '~': marks }))
  }

  process(number: number): RenewingProcess {
    return new RenewingProcess(this.engine, this.schedule, number, () => `id-${++this.#made}`, this.mistake, this.hasGrace)
  }

  /**
   * Whether a logout has ended a session. Without a grace, an ID that has been renewed does not lead to the new one, so that a logout after that removes
   * nothing.
   */
  hasEnded({ id, line }: Live): boolean {
    if (this.hasGrace) return true
    return this.engine.deleted.some(({ key, text }) => {
      const record = JSON.parse(text) as { readonly line?: unknown; readonly '~'?: { readonly m?: unknown } }
      return key === id && record.line === line && record['~']?.m == null
    })
  }

  line(name: unknown): Line | undefined {
    return this.lines.get(name as string)
  }
}

/** Plays one request, from the sending of a cookie to the response. */
function request(world: World, server: RenewingProcess, { act, cookie }: Case['acts'][number], name: string): void {
  const isSpy = act.startsWith('spy')
  const last = isSpy ? ([...world.spied].at(-1) as string) : world.last
  const sent = cookie === 'first' ? FIRST : last
  server.serve(
    sent,
    (visit, respond) => {
      const before = { ...visit.session }
      const result: { saved?: Line | undefined; ended?: Line | undefined } = {}
      if (isSpy) noSecret(visit.session)
      handle(world, visit, { act, name }, result, () => {
        if (isSpy) noSecret(visit.session)
        respond()
      })
      visits.set(visit, { result, before })
    },
    (err, set, visit) => {
      const seen = visits.get(visit)
      if (err || !seen) return
      if (isSpy) noSecret(visit.session)
      if (set !== undefined) {
        world.ids.add(set)
        if (isSpy) world.spied.add(set)
        else world.last = set
      }
      if (seen.result.saved) seen.result.saved.saved.push(name)
      if (seen.result.ended) seen.result.ended.ended = true
    },
  )
}

const visits = new WeakMap<Visit, { readonly result: { saved?: Line | undefined; ended?: Line | undefined }; readonly before: object }>()

function noSecret(session: Live | undefined): void {
  expect(session && 'user' in session, 'the attacker is in no session of a user').to.not.equal(true)
}

interface Asked {
  readonly act: Act
  readonly name: string
}

function handle(
  world: World,
  visit: Visit,
  { act, name }: Asked,
  result: { saved?: Line | undefined; ended?: Line | undefined },
  respond: () => void,
): void {
  const session = visit.session as Live
  const { exchange } = visit
  const line = world.line(session.line)
  const then = (next: () => void) => (err: unknown) => (err ? respond() : next())
  const own = (): Live => visit.session as Live
  if (act === 'save' || act === 'spy-save') {
    session[name] = true
    if (act === 'save' && !exchange.isSnapshot) result.saved = line
    return respond()
  }
  if (act === 'update') {
    return visit.step(
      done => exchange.update(session, draft => void Object.assign(draft, { [name]: true }), done),
      then(() => {
        result.saved = line
        respond()
      }),
    )
  }
  if (act === 'renew') return visit.step(done => void session.regenerate({ keep: true }, done), respond)
  if (act === 'login') {
    return visit.step(
      done => void session.regenerate(done),
      then(() => {
        const line = `line-${name}`
        world.lines.set(line, { ended: false, saved: [] })
        Object.assign(own(), { user: 'ada', line })
        respond()
      }),
    )
  }
  if (act === 'login-keep') {
    session.user = 'ada'
    return visit.step(
      done => void session.regenerate({ keep: true }, done),
      (err: unknown) => (err && delete own().user, respond()),
    )
  }
  if (act === 'login-keep-late') {
    return visit.step(
      done => void session.regenerate({ keep: true }, done),
      then(() => {
        own().user = 'ada'
        respond()
      }),
    )
  }
  if (act === 'authenticate') {
    return visit.step(
      done => exchange.update(session, () => void exchange.authenticate(), done),
      then(() => visit.step(done => void own().regenerate({ keep: true }, done), respond)),
    )
  }
  if (act === 'logout') {
    return visit.step(
      done => void session.destroy(done),
      then(() => {
        if (world.hasEnded(session)) result.ended = line
        respond()
      }),
    )
  }
  respond()
}

/** Whether the app asks for a new ID that keeps data. */
function isAsked(act: Act): boolean {
  return act.includes('keep') || act === 'renew' || act === 'authenticate'
}

/** What each ID that a client has reaches in the end. */
function check(world: World, { acts, crashes }: Case): void {
  const later = world.process(9)
  const reached = new Map<string, Set<string>>()
  const data = new Map<string, Live>()
  for (const id of world.ids) {
    later.serve(
      id,
      ({ session, exchange }) => {
        const name = session?.line as string | undefined
        if (name === undefined || !session) return
        expect(world.line(name)?.ended, `a logout that was answered is not undone: ${name}`).to.not.equal(true)
        if (world.spied.has(id)) noSecret(session)
        if (exchange.isSnapshot) return
        reached.set(name, (reached.get(name) ?? new Set()).add(session.id))
        data.set(name, session)
      },
      () => {},
    )
    world.schedule.run(() => 0)
  }
  for (const [name, ids] of reached) {
    expect(ids.size, `one session is left: ${name}`).to.equal(1)
    const lost = world.line(name)?.saved.filter(key => !(key in (data.get(name) as Live)))
    // A save is dropped if the app has asked for a new ID meanwhile, because the user may have changed
    const mayDrop = acts.some(({ act }) => isAsked(act))
    if (!mayDrop) expect(lost, `no save that was answered is lost: ${name}`).to.deep.equal([])
  }
  // If the process crashes after the app has asked for a new ID, no client receives it
  const mayEnd = acts.some(({ act }) => act === 'logout' || act === 'login' || (crashes.length > 0 && isAsked(act)))
  if (!mayEnd) expect(reached.size, 'the session is not lost').to.equal(1)
}

function play(aCase: Case, mistake?: Mistake, hasGrace?: boolean): void {
  const clock = new Clock()
  try {
    const world = new World(clock.now, mistake, hasGrace)
    const { acts, choices, crashes, lost = [] } = aCase
    for (const { number, isMade } of lost) (isMade ? world.engine.lost : world.engine.unmade).add(number)
    const processes = Array.from({ length: aCase.processes }, (_, number) => world.process(number))
    for (const [index, each] of acts.entries()) {
      const number = index % aCase.processes
      world.schedule.push(number, () => request(world, processes[number] as RenewingProcess, each, `k${index}`))
    }
    let at = 0
    const choose = (count: number): number => (choices[at++ % choices.length] as number) % count
    world.schedule.run(choose, step => crashes.filter(crash => crash.step === step).forEach(({ process }) => world.schedule.crash(process)))
    check(world, aCase)
  } finally {
    Clock.restore()
  }
}

/** The save follows a renewal of the other process, and the logout does too. */
const FOUND: Case = {
  processes: 2,
  acts: (['read', 'logout', 'read', 'save', 'read'] as const).map(act => ({ act, cookie: 'first' })),
  choices: [1_577_837_664, 1_291_680_763, 956_373_785, 1_380_397_517, 725_628_862],
  crashes: [
    { process: 0, step: 21 },
    { process: 1, step: 49 },
  ],
}

const ALL: readonly Act[] = [
  'read',
  'save',
  'update',
  'renew',
  'login',
  'login-keep',
  'login-keep-late',
  'authenticate',
  'logout',
  'spy',
  'spy-save',
]
const BY_AGE: readonly Act[] = ['read', 'save', 'save', 'update', 'logout']
/** What an app can do without limits and without a grace. */
const WITHOUT: readonly Act[] = [
  'read',
  'save',
  'renew',
  'renew',
  'login',
  'login-keep',
  'login-keep-late',
  'logout',
  'logout',
  'spy',
  'spy-save',
]
const FIXATION: readonly Act[] = ['spy', 'spy-save', 'login', 'login-keep', 'login-keep-late', 'save']

/** By their titles. */
const FAULTS: Readonly<Record<string, Faults>> = {
  '': { crashes: 0, lost: 0 },
  ', if processes crash at any step': { crashes: 3, lost: 0 },
  ', if replies to conditional writes are lost': { crashes: 0, lost: 3 },
}

describe('concurrency: renewAfter and grace, in random orders of the steps of processes', () => {
  it('loses no save that another request of a process had queued before a logout, if the process crashes then', () => play(FOUND))

  for (const [what, acts] of Object.entries({ 'all acts': ALL, 'renewals by age': BY_AGE, 'an attacker who has fixed the ID': FIXATION })) {
    for (const [where, faults] of Object.entries(FAULTS)) {
      it(`undoes no logout, leaves one session, and loses nothing, with ${what}${where} (${RUNS} runs)`, () => {
        fc.assert(
          fc.property(anyCase(acts, faults), aCase => play(aCase)),
          { numRuns: RUNS },
        )
      }).timeout(Math.max(20_000, RUNS * 20))
    }
  }

  for (const [where, faults] of Object.entries(FAULTS)) {
    it(`undoes no logout, and leaves one session, without a grace${where} (${RUNS} runs)`, () => {
      fc.assert(
        fc.property(anyCase(WITHOUT, faults), aCase => play(aCase, undefined, false)),
        { numRuns: RUNS },
      )
    }).timeout(Math.max(20_000, RUNS * 20))
  }

  const MISTAKES: Readonly<Record<Mistake, readonly Act[]>> = {
    'blind logout': ['read', 'logout'],
    'every renewal is followed': ['spy', 'login-keep-late'],
    'unconditional move': ['read', 'save', 'logout'],
  }
  for (const [mistake, acts] of Object.entries(MISTAKES) as [Mistake, readonly Act[]][]) {
    it(`finds a mistake: ${mistake}`, () => {
      const found = fc.check(
        fc.property(anyCase(acts, { crashes: 0, lost: 0 }), aCase => play(aCase, mistake)),
        { numRuns: 20_000, seed: 1 },
      )
      expect(found.failed).to.equal(true)
    }).timeout(60_000)
  }
})
