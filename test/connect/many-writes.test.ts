import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { turns, useServers, Wire } from '../support/wire'
import { stage } from './stage'

const MANY = 50_000

const line = (index: number): string => `${index}\n`

/** Calls that wait behind a first one. */
const CALLS: Record<string, (res: ServerResponse, count: number) => unknown> = {
  writes: (res, count) => {
    for (let i = 0; i < count; i++) res.write(line(i))
  },
  'writes and flushHeaders': (res, count) => {
    for (let i = 0; i < count; i++) [res.write(line(i)), res.flushHeaders()]
  },
}

/** Counts how often a property of a response is defined. */
class Definitions {
  count = 0
  readonly #define = Object.defineProperty

  constructor(res: ServerResponse) {
    Object.defineProperty = (target, name, descriptor) => {
      if ((target as object) === res) this.count++
      return this.#define(target, name, descriptor)
    }
  }

  stop(): number {
    Object.defineProperty = this.#define
    return this.count
  }
}

describe('connect: many calls that wait', () => {
  useServers()

  const lines = Array.from({ length: MANY }, (_, index) => line(index)).join('')

  for (const [what, call] of Object.entries(CALLS)) {
    it(`${MANY} ${what} are sent in order, with the end that follows them`, async () => {
      const { server, store } = await stage('saved', (_, res) => [call(res, MANY), res.end('.')])
      const wire = (await Wire.to(server)).get()
      await store.waits()
      store.release()
      expect((await wire.answer()).body === `${lines}.`).to.equal(true)
    })

    it(`${MANY} ${what} define no more properties of the response than two`, async () => {
      const counts: number[] = []
      for (const count of [2, MANY]) {
        const { server, store } = await stage('saved', (_, res) => {
          const definitions = new Definitions(res)
          call(res, count)
          counts.push(definitions.stop())
          res.end()
        })
        const wire = (await Wire.to(server)).get()
        await store.waits()
        store.release()
        await wire.answer()
      }
      expect(counts[1]).to.equal(counts[0])
    })
  }

  it(`${MANY} writes that come while others are being sent are sent in order`, async () => {
    const { server, store } = await stage('saved', async (_, res) => {
      for (let i = 0; i < MANY; i++) {
        res.write(line(i))
        if (i % 10_000 === 0) await turns(1)
      }
      res.end('.')
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    await turns(3)
    store.release()
    expect((await wire.answer()).body === `${lines}.`).to.equal(true)
  })

  it('10,000 writes after the end are dropped', async () => {
    const count = 10_000
    let errors = 0
    const { server, store } = await stage('saved', (_, res) => {
      res.end('whole')
      for (let i = 0; i < count; i++) res.write(line(i), err => (errors += err ? 1 : 0))
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    expect((await wire.answer()).body).to.equal('whole')
    await turns()
    expect(errors).to.equal(count)
  })
})
