import { expect } from 'chai'
import { useClock } from '../support/clock'
import { count } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { Site } from '../support/site'
import { session, type SessionData } from '../support/subject'
import { useUncaught } from '../support/uncaught'

type Store = InstanceType<typeof session.MemoryStore>

const MINUTE = 60_000

/** A record that expires in a minute, or a later one for a touch. */
function record(n: number, maxAge = MINUTE): SessionData {
  return { cookie: { originalMaxAge: maxAge, expires: new Date(Date.now() + maxAge) }, n } as SessionData
}

function circular(): SessionData {
  const data = record(1) as SessionData & { self?: unknown }
  data.self = data
  return data
}

type Data = SessionData & { n?: number }

/** Calls of a store that has the sessions a and b. `value` extracts the part of the result that is compared. */
const CALLS: Record<string, { call(store: Store, ...none: never[]): Promise<unknown>; value?(of: never): unknown; expected: unknown }> = {
  get: { call: (store, ...none) => store.get('a', ...none), value: (found: Data) => found.n, expected: 1 },
  'get, of a session that does not exist,': { call: (store, ...none) => store.get('c', ...none), expected: undefined },
  set: { call: (store, ...none) => store.set('a', record(3), ...none), expected: undefined },
  destroy: { call: (store, ...none) => store.destroy('a', ...none), expected: undefined },
  touch: { call: (store, ...none) => store.touch('a', record(3), ...none), expected: undefined },
  'compareAndSet, of a new session,': {
    call: (store, ...none) => store.compareAndSet('c', record(3), null, ...none),
    value: ({ ok, version }: { ok: boolean; version?: unknown }) => [ok, version !== undefined],
    expected: [true, true],
  },
  'compareAndSet, of another version,': {
    call: (store, ...none) => store.compareAndSet('a', record(3), null, ...none),
    expected: { ok: false },
  },
  all: {
    call: (store, ...none) => store.all(...none),
    value: (all: Record<string, Data>) => Object.entries(all).map(([id, { n }]) => [id, n]),
    expected: [
      ['a', 1],
      ['b', 2],
    ],
  },
  length: { call: (store, ...none) => store.length(...none), expected: 2 },
  clear: { call: (store, ...none) => store.clear(...none), expected: undefined },
  load: { call: (store, ...none) => store.load('a', ...none), value: (found: Data) => found.n, expected: 1 },
  'load, of a session that does not exist,': { call: (store, ...none) => store.load('c', ...none), expected: undefined },
}

describe('stores: a method of MemoryStore without a callback', () => {
  useClock()
  const uncaught = useUncaught()

  function filled(): Store {
    const store = new session.MemoryStore()
    store.sessions.a = JSON.stringify(record(1))
    store.sessions.b = JSON.stringify(record(2))
    return store
  }

  for (const [method, { call, value = (whole: unknown) => whole, expected }] of Object.entries(CALLS)) {
    for (const [how, none] of Object.entries({ '': [], ' if the callback is undefined': [undefined as never] })) {
      it(`${method} returns a promise${how}`, async () => {
        const promise = call(filled(), ...none)
        expect(promise).to.be.a('promise')
        expect(value((await promise) as never)).to.deep.equal(expected)
      })
    }
  }

  it('completes before it returns', async () => {
    const store = filled()
    const promises = [store.set('c', record(3)), store.destroy('a'), store.touch('b', record(9, 2 * MINUTE))]
    expect(Object.keys(store.sessions)).to.deep.equal(['b', 'c'])
    expect(store.sessions.b).to.include('00:02:00').and.include('"n":2')
    await Promise.all(promises)
  })

  it('regenerate returns a promise, after it has set the new session on the request', async () => {
    const store = filled()
    const req = { sessionID: 'a', sessionStore: store } as { sessionID: string; session?: unknown; sessionStore: Store }
    Object.assign(store, {
      generate: (host: typeof req) => {
        host.sessionID = 'c'
        host.session = { fresh: true }
      },
    })
    await store.regenerate(req as never)
    expect([req.session, Object.keys(store.sessions)]).to.deep.equal([{ fresh: true }, ['b']])
  })

  it('set and compareAndSet reject if the session cannot be stored', async () => {
    const store = filled()
    for (const promise of [store.set('c', circular()), store.compareAndSet('c', circular(), null)]) {
      expect(await promise.then(String, (err: Error) => err.message)).to.include('circular')
    }
    expect(Object.keys(store.sessions)).to.deep.equal(['a', 'b'])
  })

  it('load rejects if the store failed, or the record cannot be read', async () => {
    const store = filled()
    store.sessions.a = '{"n":1}'
    expect(await store.load('a').then(String, (err: Error) => err.name)).to.equal('TypeError')
    store.get = ((_: string, done: (err: Error) => void) => done(new Error('no disk'))) as never
    expect(await store.load('a').then(String, (err: Error) => err.message)).to.equal('no disk')
  })

  it('never ends the process by an unhandled rejection', async () => {
    const store = filled()
    store.sessions.a = '{"n":1}'
    void store.set('c', circular())
    void store.compareAndSet('c', circular(), null)
    void store.load('a')
    await new Promise(resolve => setImmediate(resolve))
    expect(uncaught).to.deep.equal([])
  })

  it('works without the constructor', async () => {
    const bare = Object.create(session.MemoryStore.prototype) as Store
    await bare.set('a', record(1))
    expect(await bare.length()).to.equal(1)
  })

  it('resolves even if the app has replaced setImmediate', async () => {
    const store = filled()
    const { setImmediate } = globalThis
    globalThis.setImmediate = (() => {}) as never
    try {
      expect(await store.length()).to.equal(2)
    } finally {
      globalThis.setImmediate = setImmediate
    }
  })
})

describe('stores: a method of MemoryStore with a callback', () => {
  it('returns undefined', () => {
    const store = new session.MemoryStore()
    const returned: unknown[] = [
      store.get('a', () => {}),
      store.set('a', { cookie: { originalMaxAge: null } }, () => {}),
      store.touch('a', { cookie: { originalMaxAge: null } }, () => {}),
      store.all(() => {}),
      store.length(() => {}),
      store.destroy('a', () => {}),
      store.clear(() => {}),
    ]
    expect(returned).to.deep.equal(Array(7).fill(undefined))
  })

  it('throws if the session cannot be stored', () => {
    const store = new session.MemoryStore()
    expect(() => store.set('a', circular(), () => {})).to.throw(TypeError, 'circular')
  })

  it('has as many parameters as the methods of express-session', () => {
    const { get, set, destroy, touch, all, length, clear } = session.MemoryStore.prototype as Store
    expect([get, set, destroy, touch, all, length, clear].map(method => method.length)).to.deep.equal([2, 3, 2, 3, 1, 1, 1])
  })
})

onEachHost('stores: a subclass of MemoryStore whose methods are async functions', host => {
  it('serves the middleware', async () => {
    class Awaiting extends session.MemoryStore {
      override get = (async (id: string) => super.get(id)) as never
      override set = (async (id: string, data: SessionData) => super.set(id, data)) as never
      override destroy = (async (id: string) => super.destroy(id)) as never
      override touch = (async (id: string, data: SessionData) => super.touch(id, data)) as never
    }
    const visitor = new Site({ store: new Awaiting() }, count, undefined, host).visitor()
    await visitor.get()
    expect((await visitor.get()).text).to.equal('2')
  })
})
