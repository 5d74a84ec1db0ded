import { expect } from 'chai'
import fc = require('fast-check')
import { turns } from '../support/wire'
import { DOWN, Group, type OpenRequest } from './group-rig'
import type { Ability } from './stepped-store'

/** A step of a random order: a request begins a call, or the store responds to one. */
const anyStep = fc.record({
  act: fc.constantFrom('save', 'update', 'destroy', 'regenerate', 'answer', 'answer', 'answer', 'fail'),
  which: fc.nat(20),
})

const RUNS = Number(process.env.RUNS ?? 300)

/** A call of a request. */
interface Call {
  /** What a save or an update stores; undefined for an end. */
  readonly key: string | undefined
  readonly request: OpenRequest
  /** Its place among the calls of the request. */
  readonly at: number
}

/** Requests of one session, and what each has been told. */
class Orders {
  readonly group: Group
  readonly #requests: OpenRequest[]
  readonly #calls: Call[] = []

  constructor(ability: Ability) {
    this.group = new Group(ability, { known: true })
    this.#requests = this.group.open(5)
  }

  step({ act, which }: { act: string; which: number }): void {
    const { store } = this.group
    const at = which % Math.max(store.waiting.length, 1)
    if (act === 'answer') return void (store.waiting.length > 0 && store.take(at).answer())
    if (act === 'fail') return void (store.waiting[at] === 'destroy' && store.take(at).fail(DOWN))
    const request = this.#requests[which % this.#requests.length] as OpenRequest
    const calls = this.#calls.filter(call => call.request === request)
    // What a handler does with a session that it has ended is told elsewhere
    if (calls.some(({ key }) => key === undefined)) return
    const isEnd = act === 'destroy' || act === 'regenerate'
    const key = isEnd ? undefined : `key-${this.#calls.length}`
    this.#calls.push({ key, request, at: calls.length })
    if (key === undefined) request[act as 'destroy' | 'regenerate']()
    else if (act === 'update') request.update(draft => void Object.assign(draft, { [key]: 1 }))
    else request.put({ [key]: 1 }).save()
  }

  /** @param destroys whether those succeed that still wait. @returns the broken promises */
  async end(destroys: 'fail' | 'succeed'): Promise<string[]> {
    await this.group.answerAll(destroys)
    const { stored, held, errors } = this.group
    const told = this.#calls.map(({ key, request, at }) => ({ key, result: request.results[at] }))
    const hasEnded = told.some(({ key, result }) => key === undefined && result === 'done')
    const lost = told.filter(({ key, result }) => key !== undefined && result === 'done' && stored?.[key] !== 1)
    return [
      ...(hasEnded && stored ? ['an answered logout is undone'] : []),
      ...(hasEnded || stored ? [] : ['the session is gone, although no end has succeeded']),
      ...(hasEnded ? [] : lost.map(({ key }) => `${key} is lost, although no end has succeeded`)),
      ...(told.some(({ result }) => result === undefined) ? ['a call hangs'] : []),
      ...errors.map(String),
      ...(held > this.#requests.length ? [`${held} sessions are in use`] : []),
    ]
  }
}

for (const ability of ['set', 'update', 'compareAndSet'] as const)
  describe(`concurrency: saves and ends of a session in random orders, on a store with ${ability} whose destroys may fail`, () => {
    it('undo no logout, and lose no save if none has succeeded', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyStep, { minLength: 4, maxLength: 40 }),
          fc.constantFrom('fail', 'succeed'),
          async (steps, destroys) => {
            const orders = new Orders(ability)
            for (const step of steps) {
              orders.step(step)
              await turns(1)
            }
            expect(await orders.end(destroys)).to.deep.equal([])
          },
        ),
        { numRuns: RUNS },
      )
    }).timeout(Math.max(20_000, RUNS * 40))
  })
