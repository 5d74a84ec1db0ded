import { AssertionError } from 'node:assert'
import { expect } from 'chai'
import { brokenRule } from '../../lib/store-contract/broken-rule'
import { inTime } from '../../lib/store-contract/in-time'
import { storeContract } from '../../lib/store-contract'
import type { SessionData } from '../support/subject'
import { failuresOf, faulty, type Done } from './faulty-store'

const SEE = 'See node_modules/resession/docs/stores.md#conformance-tests'

describe('a failure of the store contract', () => {
  it('names the rule, the expected value, and the documentation', async () => {
    const merging = faulty((_, good) => ({
      set: (id: string, data: SessionData, done: Done) =>
        good.get(id, (_, found) => good.set(id, { ...found, ...JSON.parse(JSON.stringify(data)) } as SessionData, done)),
    }))
    const [err] = await failuresOf(merging, 'set replaces the whole session')
    expect(err).to.be.instanceOf(AssertionError)
    expect(err?.message.split('\n')).to.deep.equal([
      'a store breaks the rule "set replaces the whole session" of the store contract.',
      'Expected: { n: 2 }. Got: { old: true, n: 2 }',
      SEE,
    ])
  })

  it('has the values and the frames of the assertion', async () => {
    const [err] = await failuresOf(
      faulty(() => ({ length: (done: Done) => done(null, 7) })),
      'length counts the sessions',
    )
    expect(err).to.include({ actual: 7, expected: 0, code: 'ERR_ASSERTION' })
    expect(err?.stack).to.include('Expected: 0. Got: 7').and.include('listing.ts')
  })

  it('names a value that must not be', async () => {
    const forgetful = faulty(() => ({ set: (_id: string, _data: SessionData, done: Done) => done() }))
    const [err] = await failuresOf(forgetful, 'keeps a session without a lifetime')
    expect(err?.message).to.include('Expected: anything except undefined. Got: undefined')
  })

  it('has the error of the store as its cause', async () => {
    const broken = new Error('no disk')
    const [err] = await failuresOf(
      faulty(() => ({ all: async () => Promise.reject(broken) })),
      'all returns every session',
    )
    expect(err?.message).to.include('Expected: no error. Got: Error: no disk').and.include(SEE)
    expect(err?.cause).to.equal(broken)
  })

  it('shows a thrown value that is no Error', () => {
    expect(brokenRule('a store', 'a rule', 'no disk').message).to.include(`Expected: no error. Got: 'no disk'`)
    expect(brokenRule('a store', 'a rule', undefined).message).to.include('Expected: no error. Got: undefined')
  })

  it('fails after a timeout if the store never responds', async () => {
    const silent = inTime(new Promise(() => {}), 1, 'length did not answer')
    expect(await silent.then(String, (err: Error) => err.message)).to.equal('length did not answer')
    expect(await inTime(Promise.resolve(1), 60_000, 'too late')).to.equal(1)
  })
})

describe('the store contract in a runner without globals', () => {
  const names = ['VITEST', 'JEST_WORKER_ID'] as const
  const { describe: describeBefore, it: itBefore } = globalThis
  const before = names.map(name => process.env[name])

  afterEach(() => {
    Object.assign(globalThis, { describe: describeBefore, it: itBefore })
    names.forEach((name, index) => {
      if (before[index] === undefined) delete process.env[name]
      else process.env[name] = before[index]
    })
  })

  for (const [name, module] of [
    ['VITEST', 'vitest'],
    ['JEST_WORKER_ID', '@jest/globals'],
  ] as const) {
    itBefore(`asks for the runner option: ${module}`, () => {
      process.env[name] = '1'
      Object.assign(globalThis, { describe: undefined, it: undefined })
      expect(() => storeContract('a store', { make: faulty(() => ({})) })).to.throw(
        TypeError,
        `runner option must be set without globals: import { describe, it } from '${module}', and write runner: { describe, it }`,
      )
    })
  }
})
