import { expect } from 'chai'
import { storeContract } from '../../lib/store-contract'
import { session, type SessionData } from '../support/subject'
import { broken, faulty, type Done, type Store } from './faulty-store'

describe('the store contract', () => {
  it('passes for a correct store', async () => {
    expect(await broken(() => new session.MemoryStore())).to.deep.equal([])
  })

  const faults: Record<string, [() => Store, string]> = {
    'returns an error for a missing session': [
      faulty((_, good) => ({
        get: (id: string, done: Done) => good.get(id, (err, found) => (found ? done(err, found) : done(new Error('missing')))),
      })),
      'get finds nothing for an unknown ID, without an error',
    ],
    'returns its own objects': [
      faulty(() => {
        const kept = new Map<string, unknown>()
        return {
          get: (id: string, done: Done) => done(null, kept.get(id)),
          set: (id: string, data: SessionData, done: Done) => done(void kept.set(id, JSON.parse(JSON.stringify(data)))),
        }
      }),
      'get returns a copy',
    ],
    'keeps the objects it is given': [
      faulty(() => {
        const kept = new Map<string, unknown>()
        return {
          get: (id: string, done: Done) => done(null, kept.has(id) ? JSON.parse(JSON.stringify(kept.get(id))) : undefined),
          set: (id: string, data: SessionData, done: Done) => done(void kept.set(id, data)),
        }
      }),
      'set stores a copy',
    ],
    'merges instead of replacing': [
      faulty((_, good) => ({
        set: (id: string, data: SessionData, done: Done) =>
          good.get(id, (_, found) => good.set(id, { ...found, ...JSON.parse(JSON.stringify(data)) } as SessionData, done)),
      })),
      'set replaces the whole session',
    ],
    'destroys everything': [
      faulty((_, good) => ({ destroy: (_id: string, done: Done) => good.clear(done) })),
      'destroy removes one session and no other',
    ],
    'does not destroy': [faulty(() => ({ destroy: (_: string, done?: Done) => done?.() })), 'destroy removes one session and no other'],
    'never expires': [
      faulty((_, good) => ({
        set: (id: string, data: SessionData, done: Done) => {
          const { cookie, ...rest } = JSON.parse(JSON.stringify(data)) as SessionData
          good.set(id, { ...rest, cookie: { ...cookie, expires: null } } as never, done)
        },
      })),
      'get finds no expired session',
    ],
    'does not store short lifetimes': [
      faulty((_, good) => ({
        set: (id: string, data: SessionData, done: Done) => ((data.cookie.originalMaxAge ?? 0) > 1000 ? good.set(id, data, done) : done()),
      })),
      'get finds no expired session',
    ],
    'uses a timer of 32 bits': [
      faulty((_, good) => ({
        set: (id: string, data: SessionData, done: Done) => {
          if ((data.cookie.originalMaxAge ?? 0) > 2 ** 31) done()
          else good.set(id, data, done)
        },
      })),
      'keeps a session with a lifetime of a month',
    ],
    'creates a session in touch': [
      faulty((_, good) => ({ touch: (id: string, data: SessionData, done: Done) => good.set(id, data, done) })),
      'touch does not restore a destroyed session',
    ],
    'does nothing in touch': [faulty(() => ({ touch: (_: string, __: SessionData, done: Done) => done() })), 'touch moves the expiry'],
    'refuses long sessions': [
      faulty((_, good) => ({
        set: (id: string, data: SessionData, done: Done) =>
          JSON.stringify(data).length > 60_000 ? done(new Error('too long')) : good.set(id, data, done),
      })),
      'keeps a session of 100 KB',
    ],
    'calls back twice': [
      faulty((_, good) => ({
        set: (id: string, data: SessionData, done: Done) =>
          good.set(id, data, () => {
            done()
            done()
          }),
      })),
      'set calls back or resolves once',
    ],
    'calls back again later': [
      faulty((_, good) => ({
        set: (id: string, data: SessionData, done?: Done) =>
          good.set(id, data, () => {
            done?.()
            setTimeout(() => done?.(), 10)
          }),
      })),
      'set calls back or resolves once',
    ],
    'needs a callback': [
      faulty((_, good) => ({ destroy: (id: string, done: Done) => good.destroy(id, done.bind(undefined)) })),
      'set and destroy work without a callback',
    ],
    'returns a wrong length': [faulty(() => ({ length: (done: Done) => done(null, 7) })), 'length counts the sessions'],
    'lists expired sessions': [
      faulty((_, good) => ({
        all: (done: Done) => {
          const { now } = Date
          Date.now = () => 0
          good.all(done)
          Date.now = now
        },
      })),
      'all leaves out expired sessions',
    ],
    'clears nothing': [faulty(() => ({ clear: (done: Done) => done() })), 'clear removes all sessions'],
  }
  for (const [fault, [make, title]] of Object.entries(faults)) {
    it(`fails for a store that ${fault}`, async () => {
      expect(await broken(make, { rule: title })).to.deep.equal([title])
    })
  }

  for (const [method, rule] of [
    ['get', 'get finds no expired session'],
    ['touch', 'touch moves the expiry'],
  ] as const) {
    it(`repeats a test with a longer lifetime if a busy machine calls ${method} too late`, async () => {
      const make = faulty((_, good) => ({
        [method]: (...given: never[]) => {
          const { now } = Date
          Date.now = () => now() + 6
          ;(good[method] as (...given: never[]) => void)(...given)
        },
      }))
      expect(await broken(make, { rule })).to.deep.equal([])
    })
  }

  it('skips the methods that the option lacks names', async () => {
    const make = (): Store =>
      Object.assign(new session.MemoryStore(), { touch: undefined, all: undefined, length: undefined, clear: undefined }) as never
    expect(await broken(make)).to.not.deep.equal([])
    expect(await broken(make, { lacks: ['touch', 'all', 'length', 'clear'] })).to.deep.equal([])
  })

  it('passes for a store of promises', async () => {
    class Promising extends session.Store {
      readonly #kept = new Map<string, string>()
      override get = (async (id: string) => {
        const found = JSON.parse(this.#kept.get(id) ?? 'null') as SessionData | null
        return found?.cookie.expires && new Date(found.cookie.expires).valueOf() <= Date.now() ? null : found
      }) as never
      override set = (async (id: string, data: SessionData) => void this.#kept.set(id, JSON.stringify(data))) as never
      override destroy = (async (id: string) => void this.#kept.delete(id)) as never
    }
    expect(await broken(() => new Promising() as never, { lacks: ['touch', 'all', 'length', 'clear'], has: [] })).to.deep.equal([])
  })

  describe('accepts all, length and clear', () => {
    type Method = (done?: Done) => Promise<unknown>
    const ways: Record<string, (method: Method) => unknown> = {
      'that return promises': method => async () => method(),
      'that return promises, and have optional callbacks': method => (done?: Done) => (done ? method(done) : method()),
      'that call back, and return promises': method => async (done: Done) => method(done),
      'that call back at once': method => (done: Done) => void method().then(value => done(null, value)),
    }
    for (const [way, make] of Object.entries(ways)) {
      it(way, async () => {
        const methods = ['all', 'length', 'clear'] as const
        const store = faulty((_, good) => Object.fromEntries(methods.map(name => [name, make(good[name].bind(good) as Method)])))
        expect(await broken(store)).to.deep.equal([])
      })
    }
  })

  const rejecting: Record<string, (reason: Error) => unknown> = {
    rejects: reason => async () => Promise.reject(reason),
    throws: reason => () => {
      throw reason
    },
    'calls back with an error': reason => (done: Done) => done(reason),
  }
  for (const [way, make] of Object.entries(rejecting)) {
    it(`fails for a store whose length ${way}`, async () => {
      const store = faulty(() => ({ length: make(new Error('no disk')) }))
      expect(await broken(store, { rule: 'length counts the sessions' })).to.deep.equal(['length counts the sessions'])
    })
  }

  it('requires make, and a runner with describe and it', () => {
    expect(() => storeContract('a store', {} as never)).to.throw(TypeError, 'make option must be a function')
    expect(() => storeContract('a store', { make: () => new session.MemoryStore(), runner: {} as never })).to.throw(
      TypeError,
      'describe and it',
    )
  })
})
