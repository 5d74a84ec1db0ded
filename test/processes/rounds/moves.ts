import { expect } from 'chai'
import { hashedKey } from '../../../lib/core/store/store-keys'
import { randomOf } from '../../support/shuffling-store'
import type { Contents } from '../engines/engine'
import type { Told } from './acts'
import { Batch, playRounds } from './batch'
import { AT_ONCE, ROUNDS, SEED } from './counts'
import type { RoundsEngine } from './engines'
import type { Place } from './place'

/** Requests of a session, a few at a time: most come while it is moved. */
const REQUESTS = 6
const LANES = 3

const ACTS = ['look', 'look', 'write', 'update', 'renew', 'logout'] as const

type Act = (typeof ACTS)[number]

/** The requests of one session that was stored under its ID, and what their responses promise. */
class MoveRound {
  /** Keys of the session that were written. */
  readonly written: string[] = []
  /** Whether a logout was answered. */
  isEnded = false
  /** Whether the session may be gone, or have an ID that no client was told. */
  mayBeGone = false
  /** The newest ID that the client was told. */
  last: string
  readonly ids: Set<string>
  readonly #acts: readonly Act[]
  #number = 0

  constructor(
    private readonly batch: Batch,
    readonly id: string,
  ) {
    this.last = id
    this.ids = new Set([id])
    // Most sessions do not end
    const acts = batch.below(3) === 0 ? ACTS : ACTS.slice(0, batch.below(2) + 4)
    this.#acts = Array.from({ length: REQUESTS }, () => batch.oneOf(acts))
  }

  async play(): Promise<void> {
    const lane = async (): Promise<void> => {
      for (let act = this.#next(); act; act = this.#next()) await this.#ask(act)
    }
    await Promise.all(Array.from({ length: LANES }, lane))
  }

  #next(): Act | undefined {
    return this.#acts[this.#number++]
  }

  async #ask(act: Act): Promise<void> {
    const key = `key-${this.#number}`
    const { last } = this
    // Until it is answered
    if (act === 'logout' || act === 'renew') this.mayBeGone = true
    const told = await this.batch.ask<Partial<Told> & { code?: string }>(`${act}/${key}`, last)
    if (!told) return
    if (act === 'logout') this.isEnded = true
    if (told.code !== undefined || told.id === undefined) return
    // Another session, because this one has ended
    if (told.data?.known !== true) return void expect(this.mayBeGone, `a request finds the session: ${act}`).to.equal(true)
    this.ids.add(told.id)
    if (act === 'renew') this.last = told.id
    if (act === 'write' || act === 'update') this.written.push(key)
  }
}

function checkRound(contents: Contents, round: MoveRound, seen: Told): void {
  const { id, last, written, isEnded, mayBeGone } = round
  for (const each of round.ids) expect(contents.has(each), 'no record is stored under an ID').to.equal(false)
  if (!mayBeGone) {
    expect(seen.id).to.equal(id)
    expect(seen.data).to.include.all.keys('known', ...written)
    expect(contents.has(hashedKey(id))).to.equal(true)
  }
  if (isEnded && last === id) expect(seen.data, 'a logout is not undone').to.deep.equal({})
}

async function playBatch(place: Place, from: number, count: number): Promise<Batch> {
  const batch = new Batch(place, 'migrating', randomOf(SEED + from), count * REQUESTS)
  const ids = await Promise.all(Array.from({ length: count }, async () => place.records.make()))
  const rounds = ids.map(id => new MoveRound(batch, id))
  await Promise.all(rounds.map(async round => round.play()))
  await batch.killed()
  // The next request of each session completes what the killed process was doing
  const seen = await Promise.all(rounds.map(async ({ last }) => batch.ask<Told>('look', last)))
  const contents = await place.contents()
  for (const [at, round] of rounds.entries()) checkRound(contents, round, seen[at] as Told)
  const dump = JSON.stringify([...contents])
  for (const id of rounds.flatMap(({ ids }) => [...ids])) expect(dump, 'a copy of the store has no ID').to.not.include(id)
  await batch.restart()
  return batch
}

export function moves(place: Place, about: string, { inProcess }: RoundsEngine): void {
  // The sessions would not survive the process
  if (inProcess) return
  it(`sessions that hashIds: 'migrate' moves stay, end at logout, and leave no ID in the store (${about})`, async () => {
    const kills = await playRounds(async (from, count) => playBatch(place, from, count))
    expect(kills).to.equal(Math.ceil(ROUNDS / AT_ONCE))
  })
}
