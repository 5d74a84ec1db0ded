/* eslint-disable @typescript-eslint/no-floating-promises -- a call with a callback promises nothing */
import { inspect } from 'node:util'
import { expect } from 'chai'
import { useClock } from '../support/clock'
import { useWarnings } from '../support/warnings'
import { session, type SessionData } from '../support/subject'

const MINUTE = 60_000
type Store = InstanceType<typeof session.MemoryStore>

/** A session object, as a request passes it to a store. */
function sessionOf(store: Store, id: string, data: object, maxAge: number | null = MINUTE): SessionData {
  const made = new session.Session({ sessionID: id, sessionStore: store })
  made.cookie = new session.Cookie({ maxAge })
  return Object.assign(made, data)
}

const set = (store: Store, id: string, data: object = {}, maxAge: number | null = MINUTE): Promise<void> =>
  new Promise((resolve, reject) => store.set(id, sessionOf(store, id, data, maxAge), err => (err ? reject(err) : resolve())))

const get = (store: Store, id: string): Promise<(SessionData & Record<string, unknown>) | null | undefined> =>
  new Promise((resolve, reject) => store.get(id, (err, found) => (err ? reject(err) : resolve(found as never))))

const length = (store: Store): Promise<number> => new Promise(resolve => store.length((_, count) => resolve(count as number)))

describe('stores: MemoryStore', () => {
  const clock = useClock()

  it('reads and writes synchronously, and calls back later', async () => {
    const store = new session.MemoryStore()
    const told: string[] = []
    store.set('abc', { cookie: {} } as never, () => told.push('set'))
    expect(Object.keys(store.sessions)).to.deep.equal(['abc'])
    const got = get(store, 'abc')
    store.destroy('abc', () => told.push('destroyed'))
    expect([Object.keys(store.sessions), told]).to.deep.equal([[], []])
    expect(await got).to.have.property('cookie')
    await new Promise(resolve => setImmediate(resolve))
    expect(told).to.deep.equal(['set', 'destroyed'])
  })

  it('works without new, and without its constructor', async () => {
    const bare = Object.create(session.MemoryStore.prototype) as Store
    await set(bare, 'a', { n: 1 })
    expect(await get(bare, 'a')).to.deep.include({ n: 1 })
  })

  describe('sessions', () => {
    it('is an object of JSON by ID', async () => {
      const store = new session.MemoryStore()
      await set(store, 'a', { n: 1 })
      await set(store, 'b', { n: 2 }, null)
      expect(Object.keys(store.sessions)).to.deep.equal(['a', 'b'])
      expect({ ...store.sessions }).to.deep.equal({
        a: '{"cookie":{"originalMaxAge":60000,"expires":"2026-01-01T00:01:00.000Z","httpOnly":true,"path":"/"},"n":1}',
        b: '{"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},"n":2}',
      })
      expect('a' in store.sessions).to.equal(true)
      expect('c' in store.sessions).to.equal(false)
      expect(store.sessions.c).to.equal(undefined)
    })

    it('can be inspected', async () => {
      const store = new session.MemoryStore()
      store.sessions = { abc: '{"cookie":{},"n":1}' }
      expect(inspect(store.sessions)).to.include('abc').and.include('"n":1')
    })

    it('allows to delete a key', async () => {
      const store = new session.MemoryStore()
      await set(store, 'a')
      delete store.sessions.a
      expect(await get(store, 'a')).to.equal(undefined)
    })

    it('allows to set a key, and to be replaced', async () => {
      const store = new session.MemoryStore()
      await set(store, 'a')
      store.sessions.b = '{"cookie":{},"n":2}'
      expect(await get(store, 'b')).to.deep.equal({ cookie: {}, n: 2 })
      store.sessions = {}
      expect(Object.keys(store.sessions)).to.deep.equal([])
    })
  })

  describe('records', () => {
    const records = [
      '{"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}}',
      '{"cookie":{"originalMaxAge":60000,"expires":"2026-01-01T00:01:00.000Z","httpOnly":true,"path":"/"},"n":1}',
      '{"cookie":{"expires":"Thu, 01 Jan 2026 00:01:00 GMT"},"n":1}',
      '{"cookie":{"expires":1767225660000},"n":1}',
      '{"cookie":{"expires":false},"n":1}',
      '{"cookie":{"expires":"not a date"},"n":1}',
      '{"cookie":{"a":"2026-01-01T00:01:00.000Z","expires":"2026-01-01T00:01:00.000Z"}}',
      '{"cookie":{}}',
      '{"n":1}',
      '{}',
    ]
    for (const record of records) {
      it(`are returned unchanged: ${record}`, () => {
        const store = new session.MemoryStore()
        store.set('a', JSON.parse(record) as SessionData)
        expect(store.sessions.a).to.equal(record)
      })
    }

    it('are returned unchanged, next to any other record', () => {
      for (const record of records) {
        for (const other of records) {
          const store = new session.MemoryStore()
          store.set('other', JSON.parse(other) as SessionData)
          store.set('a', JSON.parse(record) as SessionData)
          expect([store.sessions.a, store.sessions.other]).to.deep.equal([record, other])
        }
      }
    })

    it('of a touched session have the new cookie, for any old cookie', () => {
      const cookies = ['{"httpOnly":true,"path":"/"}', '{"path":"/other"}', '{"expires":"2026-01-01T00:01:00.000Z","path":"/"}', '{}']
      for (const before of cookies) {
        for (const after of cookies) {
          const store = new session.MemoryStore()
          for (const id of ['a', 'b']) store.set(id, JSON.parse(`{"cookie":${before},"n":1}`) as SessionData)
          store.touch('b', JSON.parse(`{"cookie":${after},"n":2}`) as SessionData)
          expect([store.sessions.a, store.sessions.b]).to.deep.equal([`{"cookie":${before},"n":1}`, `{"cookie":${after},"n":1}`])
        }
      }
    })

    it('of a touched session have the new cookie and the old data', async () => {
      const store = new session.MemoryStore()
      await set(store, 'a', { n: 1 })
      clock.turn(1000)
      store.touch('a', sessionOf(store, 'a', { n: 2 }))
      expect(store.sessions.a).to.equal(
        '{"cookie":{"originalMaxAge":60000,"expires":"2026-01-01T00:01:01.000Z","httpOnly":true,"path":"/"},"n":1}',
      )
    })

    it('stay correct if every client has other cookie attributes', async () => {
      const store = new session.MemoryStore()
      for (let n = 0; n < 500; n++) {
        const made = sessionOf(store, `id-${n}`, { n })
        made.cookie.domain = `d${n}.example.com`
        store.set(`id-${n}`, made)
      }
      for (let n = 0; n < 500; n += 50) {
        const found = await get(store, `id-${n}`)
        expect([found?.n, found?.cookie.domain]).to.deep.equal([n, `d${n}.example.com`])
      }
    })
  })

  describe('expiry', () => {
    it('hides a session at its limit, and not a millisecond before', async () => {
      for (const maxAge of [1000, MINUTE, 24.8 * 86_400_000, 25 * 86_400_000, 400 * 86_400_000]) {
        const store = new session.MemoryStore()
        await set(store, 'a', {}, maxAge)
        clock.turn(maxAge - 1)
        expect(await get(store, 'a'), `${maxAge} - 1`).to.be.an('object')
        clock.turn(1)
        expect(await get(store, 'a'), String(maxAge)).to.equal(undefined)
      }
    })

    it('does not delete a session if the clock jumps forward and back', async () => {
      const store = new session.MemoryStore()
      await set(store, 'a', { n: 1 })
      clock.turn(3_600_000)
      expect(await get(store, 'a')).to.equal(undefined)
      clock.turn(-3_600_000)
      expect(await get(store, 'a')).to.deep.include({ n: 1 })
    })

    it('removes expired sessions during later writes, without a timer', async () => {
      const store = new session.MemoryStore()
      for (let n = 0; n < 1000; n++) await set(store, `old-${n}`, {}, 1000)
      clock.turn(1000)
      for (let n = 0; n < 500; n++) await set(store, `new-${n}`)
      clock.turn(-1000)
      expect(await length(store)).to.be.lessThan(600)
    })

    it('removes expired sessions and no others', async () => {
      const store = new session.MemoryStore()
      const lives: boolean[] = []
      for (let n = 0; n < 2000; n++) {
        lives.push(n % 3 === 0 || n % 7 === 0)
        await set(store, `id-${n}`, { n }, lives[n] ? 10 * MINUTE : 1000)
      }
      clock.turn(MINUTE)
      for (let n = 0; n < 2000; n++) await set(store, `more-${n % 10}`)
      for (const [n, alive] of lives.entries()) expect((await get(store, `id-${n}`))?.n, String(n)).to.equal(alive ? n : undefined)
    })
  })

  describe('max', () => {
    it('limits the number of sessions', async () => {
      const store = new session.MemoryStore({ max: 10 })
      for (let n = 0; n < 1000; n++) await set(store, `id-${n}`)
      expect(await length(store)).to.equal(10)
    })

    it('removes the least recently used session', async () => {
      const store = new session.MemoryStore({ max: 3 })
      for (const id of ['a', 'b', 'c']) await set(store, id)
      await get(store, 'a')
      store.touch('b', sessionOf(store, 'b', {}))
      await set(store, 'd')
      expect(Object.keys(store.sessions).sort()).to.deep.equal(['a', 'b', 'd'])
    })

    it('counts a session once if it is set again', async () => {
      const store = new session.MemoryStore({ max: 2 })
      for (const id of ['a', 'b', 'a', 'a']) await set(store, id)
      expect(Object.keys(store.sessions).sort()).to.deep.equal(['a', 'b'])
    })

    it('must be a positive integer', () => {
      for (const max of [0, -1, 1.5, NaN, '10', null]) {
        expect(() => new session.MemoryStore({ max: max as number }), String(max)).to.throw(
          TypeError,
          'max option must be a positive integer',
        )
      }
      expect(() => new session.MemoryStore({ max: 1 })).to.not.throw()
      expect(() => new session.MemoryStore({ max: Infinity })).to.not.throw()
    })
  })
})

describe('stores: MemoryStore in production', () => {
  const warnings = useWarnings('production')
  const options = { secret: 'a secret that is long enough', resave: false, saveUninitialized: false }

  it('causes a warning, also if the app has made the store', () => {
    session({ ...options, name: 'default-store' })
    session({ ...options, name: 'own-store', store: new session.MemoryStore() })
    expect(warnings.map(({ code }) => code)).to.deep.equal(['RESESSION_MEMORY_STORE', 'RESESSION_MEMORY_STORE'])
    expect(warnings[0]?.message).to.match(/MemoryStore is used in production.*new MemoryStore\({ max: 10_000 }\)/)
  })

  it('causes no warning with max', () => {
    session({ ...options, name: 'bounded-store', store: new session.MemoryStore({ max: 1000 }) })
    expect(warnings).to.deep.equal([])
  })

  it('accepts a touch with a session without a cookie', async () => {
    const store = new session.MemoryStore()
    store.sessions = { a: '{"cookie":{"originalMaxAge":null},"n":1}' }
    await new Promise<void>((resolve, reject) => store.touch('a', {} as never, err => (err ? reject(err) : resolve())))
    expect(store.sessions.a).to.contain('"n":1')
  })
})
