import { expect } from 'chai'
import { give, type Engine } from '../../lib/stores/atomic/conditional-writes'
import type { SessionData } from '../support/subject'
import { useUncaught } from '../support/uncaught'

const data: SessionData = { cookie: { originalMaxAge: null } }

class Published {
  get(_id: string, callback: (err: unknown, found: null) => void): void {
    callback(null, null)
  }
  set(): void {}
  destroy(): void {}
  ttl(): void {}
}

describe('stores: compareAndSet and update of a store that resession/atomic extends', () => {
  const uncaught = useUncaught()
  const engine: Engine = {
    read: async () => undefined,
    compareAndSet: async () => ({ ok: true, version: 'written' }),
    update: async () => false,
  }

  it('return promises without a callback', async () => {
    const store = give(new Published(), engine, 'ttl', 'atomicTest')
    expect(await store.compareAndSet('a', data, null)).to.deep.equal({ ok: true, version: 'written' })
    expect(await store.update('a', data)).to.equal(false)
  })

  it('return undefined with a callback, which is the last of their parameters', async () => {
    const store = give(new Published(), engine, 'ttl', 'atomicTest')
    expect([store.compareAndSet.length, store.update.length]).to.deep.equal([4, 3])
    const outcome = await new Promise((resolve, reject) => {
      const returned: unknown = store.compareAndSet('a', data, null, (err, value) =>
        err ? reject(err as Error) : resolve([returned, value]),
      )
    })
    expect(outcome).to.deep.equal([undefined, { ok: true, version: 'written' }])
  })

  it('never end the process by an unhandled rejection', async () => {
    const failing = async (): Promise<never> => Promise.reject(new Error('no disk'))
    const store = give(new Published(), { ...engine, compareAndSet: failing, update: failing }, 'ttl', 'atomicTest')
    void store.compareAndSet('a', data, null)
    const reason = await store.update('a', data).then(String, (err: Error) => err.message)
    expect(reason).to.equal('no disk')
    await new Promise(resolve => setImmediate(resolve))
    expect(uncaught).to.deep.equal([])
  })
})
