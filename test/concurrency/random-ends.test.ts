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

/** Requests of one session, and what each has been told. */
class Orders {
  readonly group: Group
  readonly #requests: OpenRequest[]
  readonly #ending = new Set<OpenRequest>()
  readonly #ends: unknown[][] = []
  readonly #saves: { readonly key: string; readonly results: unknown[]; readonly at: number }[] = []

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
    // What a handler does with a session that it has ended is told elsewhere
    if (this.#ending.has(request)) return
    if (act === 'destroy' || act === 'regenerate') {
      this.#ending.add(request)
      this.#ends.push(request.results)
      return request[act]()
    }
    const key = `key-${this.#saves.length}`
    this.#saves.push({ key, results: request.results, at: this.#callsOf(request) })
    if (act === 'update') request.update(draft => void Object.assign(draft, { [key]: 1 }))
    else request.put({ [key]: 1 }).save()
  }

  #callsOf(request: OpenRequest): number {
    return this.#saves.filter(({ results }) => results === request.results).length
  }

  /** @returns the broken promises */
  async end(): Promise<string[]> {
    await this.group.answerAll('succeed')
    const { stored, held, errors } = this.group
    const results = this.#ends.map(results => results.at(-1))
    const isDone = results.includes('done')
    const lost = this.#saves.filter(({ key, results, at }) => results[at] === 'done' && stored?.[key] !== 1).map(({ key }) => key)
    return [
      ...(isDone && stored ? ['an answered logout is undone'] : []),
      ...(isDone || stored ? [] : ['the session is gone, although no end has succeeded']),
      ...(isDone ? [] : lost.map(key => `${key} is lost, although no end has succeeded`)),
      ...(results.includes(undefined) || this.#saves.some(({ results, at }) => results[at] === undefined) ? ['a call hangs'] : []),
      ...errors.map(String),
      ...(held > this.#requests.length ? [`${held} sessions are in use`] : []),
    ]
  }
}

for (const ability of ['set', 'update', 'compareAndSet'] as const)
  describe(`concurrency: saves and ends of a session in random orders, on a store with ${ability} whose destroys may fail`, () => {
    it('undo no logout, and lose no save if none has succeeded', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { minLength: 4, maxLength: 40 }), async steps => {
          const orders = new Orders(ability)
          for (const step of steps) {
            orders.step(step)
            await turns(1)
          }
          expect(await orders.end()).to.deep.equal([])
        }),
        { numRuns: RUNS },
      )
    }).timeout(Math.max(20_000, RUNS * 40))
  })
