import { expect } from 'chai'
import fc = require('fast-check')
import { ID, play, type Act, type Data, type Floor, type Place, type Visit } from './rig'
import { core } from './rig-core'
import { koa } from './rig-koa'

const RUNS = Number(process.env.RUNS ?? 300)

const WORDS = [
  'put',
  'save',
  'forget',
  'reload',
  'update',
  'updateTwice',
  'failToUpdate',
  'destroy',
  'regenerate',
  'unset',
  'saveKept',
] as const
type Word = (typeof WORDS)[number]

const anyCase = fc.record({
  requests: fc.array(fc.array(fc.constantFrom(...WORDS), { maxLength: 5 }), { minLength: 1, maxLength: 5 }),
  choices: fc.array(fc.nat(), { minLength: 1, maxLength: 80 }),
  options: fc.record({
    resave: fc.boolean(),
    rolling: fc.boolean(),
    unset: fc.constantFrom('keep' as const, 'destroy' as const),
    concurrency: fc.constantFrom('auto' as const, 'merge' as const),
  }),
  place: fc.constantFrom<Place>(
    { ability: 'set', processes: 1 },
    { ability: 'update', processes: 1 },
    { ability: 'compareAndSet', processes: 1 },
    { ability: 'compareAndSet', processes: 2 },
    { ability: 'compareAndSet', processes: 3 },
  ),
})

/** The invariants of the record after each step: each request has a key of its own, whose value only grows. */
class Invariants {
  now: Data | undefined
  /** Whether a request has asked for its end. */
  ends = false
  #gone = false
  /** Values that were reported as stored and are missing. Reported by the next `look`, because a callback may run where no error is caught. */
  readonly #missing: unknown[] = []
  readonly #names: readonly string[]

  constructor(requests: readonly unknown[]) {
    this.#names = requests.map((_, index) => `key-${index}`)
  }

  look(record: Data | undefined): void {
    expect(this.#missing, 'an answered write is there').to.deep.equal([])
    const before = this.now
    this.now = record
    this.#gone ||= !record
    if (!record) return
    expect(this.#gone, 'dead stays dead').to.equal(false)
    expect(['cookie', 'user', ...this.#names], 'no key of another session').to.include.members(Object.keys(record))
    if (!before) return
    for (const name of this.#names) expect(Number(record[name] ?? 0), 'no key goes back').to.be.at.least(Number(before[name] ?? 0))
    if (!('user' in before)) expect(record, 'what is deleted stays so').to.not.have.property('user')
  }

  /** A value that was reported as stored must be in the store, unless the session has been ended. */
  answered(name: string, value: unknown): void {
    if (this.ends || !this.now || value === undefined || this.now[name] === value) return
    this.#missing.push({ name, value, now: this.now[name] })
  }
}

/** A request that does one act after the other to the shared session. */
function requestOf(name: string, words: readonly Word[], invariants: Invariants): Act {
  let value = 0
  const next = (session: object): void => void ((session as Data)[name] = ++value)
  const DO: Record<Exclude<Word, 'saveKept'>, (host: Visit, goOn: () => void) => void> = {
    put: (host, goOn) => (next(host.session), goOn()),
    forget: (host, goOn) => (delete (host.session as unknown as Data).user, goOn()),
    unset: (host, goOn) => ((host.session = undefined as never), goOn()),
    save: (host, goOn) => {
      const { [name]: given } = host.session as unknown as Data
      host.session.save(err => {
        if (!err && host.session) invariants.answered(name, given)
        goOn()
      })
    },
    update: (host, goOn) =>
      host.update(next, err => {
        if (!err) invariants.answered(name, value)
        goOn()
      }),
    // Without waiting for the first one
    updateTwice: (host, goOn) => {
      let left = 2
      const updated = (err?: unknown): void => {
        if (!err) invariants.answered(name, undefined)
        if (--left === 0) goOn()
      }
      host.update(next, updated)
      host.update(next, updated)
    },
    // What it has changed by then is not stored
    failToUpdate: (host, goOn) => {
      const change = (session: object): void => {
        Object.assign(session, { spoilt: true })
        throw new Error('no')
      }
      host.update(change, () => goOn())
    },
    reload: (host, goOn) => host.session.reload(goOn),
    destroy: (host, goOn) => host.session.destroy(goOn),
    regenerate: (host, goOn) => host.session.regenerate(goOn),
  }
  return (host, done) => {
    const [...left] = words
    const kept = host.session
    let ended = false
    const goOn = (): void => {
      const word = left.shift()
      if (word === 'saveKept') return ended ? void kept.save(goOn) : goOn()
      // The session has been replaced by another one
      if (!word || !host.session || host.session.id !== ID) return done()
      ended ||= ['destroy', 'regenerate'].includes(word)
      invariants.ends ||= ended || word === 'unset'
      DO[word](host, goOn)
    }
    goOn()
  }
}

const FLOORS: Record<string, Floor> = { 'the core': core, Koa: koa }

for (const [name, floor] of Object.entries(FLOORS)) {
  describe(`concurrency: up to five random requests in random order, on ${name}`, () => {
    it(`lose no write, and restore no destroyed session (${RUNS} runs)`, async () => {
      await fc.assert(
        fc.asyncProperty(anyCase, async ({ requests, choices, options, place }) => {
          const invariants = new Invariants(requests)
          const acts = requests.map((words, index) => requestOf(`key-${index}`, words, invariants))
          let step = 0
          const choose = (count: number): number => (choices[step++ % choices.length] as number) % count
          const { held } = await play(acts, { user: 'ada' }, choose, { floor, options, place }, record => invariants.look(record))
          expect(held, 'nothing is held at rest').to.equal(0)
        }),
        { numRuns: RUNS },
      )
    }).timeout(Math.max(20_000, RUNS * 20))
  })
}
