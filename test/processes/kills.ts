import { expect } from 'chai'
import { inLanes } from './client'
import { KILLS, LANES, PROCESSES, TRAFFIC } from './counts'
import type { Engine } from './engines'
import type { Rig } from './rig'

/** The errors of a client whose server has exited. */
const GONE = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE']

/** The results of requests during which one process was killed. */
class Traffic {
  readonly answered: number[] = []
  readonly unanswered: number[] = []
  #killed: Promise<void> | undefined

  constructor(
    private readonly rig: Rig,
    private readonly id: string,
    private readonly victim: number,
  ) {}

  /** Ends when all requests have, and the process has exited. */
  async play(): Promise<void> {
    await inLanes(TRAFFIC, LANES, async number => {
      // Each process has pending requests then
      if (this.answered.length >= TRAFFIC / 4) this.#killed ??= this.rig.fleet.kill(this.victim)
      await this.#ask(number)
    })
    await this.#killed
  }

  /** Even numbers increment, odd numbers set a key. */
  async #ask(number: number): Promise<void> {
    const meant = Math.floor(number / 2)
    const server = this.#killed && meant % PROCESSES === this.victim ? meant + 1 : meant
    try {
      await this.rig.fleet.ask(server, 'ours', number % 2 === 0 ? 'increment' : `put/key-${number}`, this.id)
      this.answered.push(number)
    } catch (err) {
      const expected = this.#killed && server % PROCESSES === this.victim
      if (!expected || !GONE.includes((err as NodeJS.ErrnoException).code ?? '')) throw err
      this.unanswered.push(number)
    }
  }
}

export function kills(rig: Rig, { kills = KILLS }: Engine): void {
  describe('a process is killed under requests, and confirmed changes are stored', () => {
    let unanswered = 0
    for (let round = 0; round < kills; round++) {
      it(`${round + 1} of ${kills}`, async () => {
        const id = await rig.records.make()
        const victim = round % PROCESSES
        const traffic = new Traffic(rig, id, victim)
        await traffic.play()
        await rig.check()
        const [stored] = await Promise.all([rig.records.read(id), rig.fleet.restart(victim)])
        const keys = traffic.answered.filter(isOdd).map(number => `key-${number}`)
        expect(keys.filter(key => !stored?.[key])).to.deep.equal([])
        const increments = traffic.answered.filter(isEven).length
        // Requests without a response may be stored or not
        expect(stored?.n).to.be.within(increments, increments + traffic.unanswered.filter(isEven).length)
        unanswered += traffic.unanswered.length
      })
    }

    it('requests were under way then', () => {
      expect(unanswered).to.be.above(0)
    })
  })
}

const isEven = (number: number): boolean => number % 2 === 0
const isOdd = (number: number): boolean => number % 2 === 1
