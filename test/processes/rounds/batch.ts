import { setTimeout as pause } from 'node:timers/promises'
import { PROCESSES } from '../counts'
import { AT_ONCE, ROUNDS } from './counts'
import type { Place } from './place'
import type { Site } from './server'

/** The errors of a client whose server has exited. */
const GONE = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE']

/** The longest time from a response to the kill, in milliseconds: the steps of a login take about as long. */
const LONGEST = 5

/** The requests of some rounds at the same time. One process is killed at a random moment. */
export class Batch {
  answered = 0
  unanswered = 0
  readonly #victim: number
  readonly #killAfter: number
  #killed: Promise<void> | undefined

  /** @param requests about how many there will be */
  constructor(
    private readonly place: Place,
    private readonly site: Site,
    readonly random: () => number,
    requests: number,
  ) {
    this.#victim = this.below(PROCESSES)
    this.#killAfter = this.below(Math.max(1, Math.floor(requests * 0.8)))
  }

  below(count: number): number {
    return Math.floor(this.random() * count)
  }

  oneOf<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }

  /**
   * One request to any process that is alive.
   *
   * @returns undefined if its process was killed
   */
  async ask<Answer>(path: string, id: string): Promise<Answer | undefined> {
    const { fleet } = this.place
    const number = this.#process()
    try {
      const answer = (await fleet.ask(number, this.site, path, id)) as Answer
      this.answered++
      if (this.place.survives && this.answered > this.#killAfter) this.#killed ??= this.#kill()
      return answer
    } catch (err) {
      const isExpected = this.#killed && number === this.#victim && GONE.includes((err as NodeJS.ErrnoException).code ?? '')
      if (!isExpected) throw err
      this.unanswered++
      return undefined
    }
  }

  get kills(): number {
    return this.#killed ? 1 : 0
  }

  /** Resolves when the killed process has exited. */
  async killed(): Promise<void> {
    await this.#killed
  }

  /** Starts another process in the place of the killed one. */
  async restart(): Promise<void> {
    if (this.#killed) await this.place.fleet.restart(this.#victim)
  }

  #process(): number {
    const number = this.below(PROCESSES)
    return this.#killed && number === this.#victim ? number + 1 : number
  }

  async #kill(): Promise<void> {
    await pause(this.random() * LONGEST)
    await this.place.fleet.kill(this.#victim)
  }
}

/**
 * Plays all rounds, some at the same time, and prints how many requests were answered.
 *
 * @param play plays so many rounds; the number of the first one names them
 * @returns how many processes were killed
 */
export async function playRounds(play: (from: number, count: number) => Promise<Batch>): Promise<number> {
  let [answered, unanswered, kills] = [0, 0, 0]
  for (let from = 0; from < ROUNDS; from += AT_ONCE) {
    const batch = await play(from, Math.min(AT_ONCE, ROUNDS - from))
    answered += batch.answered
    unanswered += batch.unanswered
    kills += batch.kills
  }
  console.log(`      ${answered} requests answered, ${unanswered} not, ${kills} processes killed`)
  return kills
}
