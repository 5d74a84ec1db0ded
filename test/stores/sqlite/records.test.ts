import { expect } from 'chai'
import { syncOf } from '../../../lib/core/store/sync-methods'
import { clientFor } from '../../../lib/core/store/store-clients'
import type { SessionData } from '../../../lib'
import { useClock } from '../../support/clock'
import { useSqlite } from '../../support/sqlite'

const MINUTE = 60_000

function record(data: object, maxAge: number | null = MINUTE): SessionData {
  const expires = maxAge === null ? null : new Date(Date.now() + maxAge)
  return { cookie: { originalMaxAge: maxAge, expires, httpOnly: true, path: '/' }, ...data } as never
}

describe('SqliteStore: records', () => {
  const clock = useClock()
  const sqlite = useSqlite()

  it('has a row of JSON in the shape of express-session, which SQL can query', async () => {
    const database = sqlite.openWal()
    await sqlite.store({ database }).set('a', record({ user: 'ada' }))
    const row = database.prepare("SELECT id, expires, session, json_extract(session, '$.user') AS user FROM sessions").get()
    expect({ ...(row as object) }).to.deep.equal({
      id: 'a',
      expires: Date.now() + MINUTE,
      session: JSON.stringify(record({ user: 'ada' })),
      user: 'ada',
    })
  })

  it('returns the session as parsed from JSON', async () => {
    const store = sqlite.store()
    const session = record({ list: [1, { a: null }], text: 'ü 漢 🍪 \u2028 \0 \ud800', '0': 'first' })
    await store.set('a', session)
    expect(await store.get('a')).to.deep.equal(JSON.parse(JSON.stringify(session)))
    expect(await store.all()).to.deep.equal({ a: JSON.parse(JSON.stringify(session)) })
  })

  it('treats a key __proto__ as data', async () => {
    const store = sqlite.store()
    await store.set('a', JSON.parse('{"cookie":{"originalMaxAge":null},"__proto__":{"admin":true}}') as never)
    const found = (await store.get('a')) as unknown as Record<string, unknown>
    expect([Object.hasOwn(found, '__proto__'), 'admin' in found]).to.deep.equal([true, false])
  })

  it('returns a separate copy to each caller', async () => {
    const store = sqlite.store()
    await store.set('a', record({ roles: ['reader'] }))
    for (let time = 0; time < 3; time++) {
      const found = (await store.get('a')) as unknown as { roles: string[]; cookie: { path: string } }
      expect([found.roles, found.cookie.path]).to.deep.equal([['reader'], '/'])
      found.roles.push('admin')
      found.cookie.path = '/admin'
    }
  })

  it('serialises the session before the method returns', async () => {
    const store = sqlite.store()
    const session = record({ n: 1 }) as SessionData & { n: number }
    const promises = [store.set('a', session), store.compareAndSet('b', session, null)]
    session.n = 2
    await Promise.all(promises)
    expect([await store.get('a'), await store.get('b')].map(found => (found as typeof session).n)).to.deep.equal([1, 1])
  })

  it('reads writes of another connection at once', async () => {
    const [one, other] = [sqlite.store(), sqlite.store()]
    await one.set('a', record({ n: 1 }))
    await other.get('a')
    await one.set('a', record({ n: 2 }))
    expect(await other.get('a')).to.include({ n: 2 })
    await one.destroy('a')
    expect(await other.get('a')).to.equal(undefined)
  })

  it('refuses the version of a session that was destroyed and created again', async () => {
    const [one, other] = [sqlite.store(), sqlite.store()]
    const { version } = await one.compareAndSet('a', record({ n: 1 }), null)
    await other.destroy('a')
    await other.set('a', record({ n: 1 }))
    expect(await one.compareAndSet('a', record({ n: 2 }), version as number)).to.deep.equal({ ok: false })
    for (const version of [{}, NaN, '', undefined]) {
      expect(await one.compareAndSet('a', record({ n: 2 }), version as never)).to.deep.equal({ ok: false })
    }
  })

  it('keeps a session without a maxAge for ttl, which each touch starts again', async () => {
    const store = sqlite.store({ ttl: MINUTE })
    await store.set('a', record({ n: 1 }, null))
    clock.turn(MINUTE - 1)
    await store.touch('a', record({}, null))
    clock.turn(MINUTE - 1)
    expect(await store.get('a')).to.deep.equal({ ...record({ n: 1 }, null) })
    clock.turn(1)
    expect([await store.get('a'), await store.length(), await store.all()]).to.deep.equal([undefined, 0, {}])
  })

  for (const [what, id] of Object.entries({
    'an empty ID': '',
    'NUL characters': 'a\0b',
    'another part after NUL': 'a\0c',
    'a lone surrogate': 'a\ud800',
    'another lone surrogate': 'a\ud801',
    'the name of a prototype property': '__proto__',
    'the form of an escaped ID': '"a"',
    'quotes and SQL': '\'; DROP TABLE sessions; --"',
    'a hundred thousand characters': '💥'.repeat(100_000),
  })) {
    it(`distinguishes sessions whose IDs have ${what}`, async () => {
      const store = sqlite.store()
      for (const other of ['a', 'a\ufffd']) await store.set(other, record({ n: 0 }))
      await store.set(id, record({ n: 1 }))
      expect(await store.get(id)).to.include({ n: 1 })
      expect(await store.get('a\ufffd')).to.include({ n: 0 })
      expect(Object.keys(await store.all()).sort()).to.deep.equal(['a', 'a\ufffd', id].sort())
      await store.destroy(id)
      expect([await store.get(id), await store.length()]).to.deep.equal([undefined, 2])
    })
  }

  it('keeps a record of two megabytes', async () => {
    const store = sqlite.store()
    await store.set('a', record({ text: 'ä'.repeat(1_000_000) }))
    await store.touch('a', record({}))
    expect(((await store.get('a')) as unknown as { text: string }).text).to.have.lengthOf(1_000_000)
  })

  it('has synchronous methods, which the middleware uses', () => {
    const store = sqlite.store()
    for (const name of ['get', 'set', 'touch', 'destroy', 'compareAndSet'] as const) expect(syncOf(store, name), name).to.be.a('function')
    const heard: unknown[] = []
    clientFor(store).set('a', record({ n: 1 }) as never, err => heard.push(err))
    clientFor(store).get('a', (_err, found, version, likeness) => heard.push(found, typeof version, likeness?.text))
    expect(heard).to.deep.equal([undefined, { ...record({ n: 1 }) }, 'number', '{"n":1}'])
  })

  it('rejects with the reason if a session cannot be stored, and keeps the old record', async () => {
    const store = sqlite.store()
    await store.set('a', record({ n: 1 }))
    const outcomes = [store.set('a', record({ n: 1n })), store.compareAndSet('a', record({ n: 1n }), null)]
    for (const outcome of outcomes) expect(await outcome.then(String, (err: Error) => err.message)).to.include('BigInt')
    expect(await new Promise(resolve => store.set('a', record({ n: 1n }), resolve))).to.be.instanceOf(TypeError)
    expect(await store.get('a')).to.include({ n: 1 })
  })

  it('reports an invalid row to the request that reads it', async () => {
    const database = sqlite.openWal()
    const store = sqlite.store({ database })
    await store.set('a', record({ n: 1 }))
    database.exec("UPDATE sessions SET version = 1, session = '{'")
    expect(await store.get('a').then(String, (err: Error) => err.name)).to.equal('SyntaxError')
    let heard: unknown
    clientFor(store).get('a', err => (heard = err))
    expect(heard).to.be.instanceOf(SyntaxError)
  })

  for (const text of ['null', '1', '"text"', '[]']) {
    it(`reports a row that another program has set to ${text}`, async () => {
      const database = sqlite.openWal()
      const store = sqlite.store({ database })
      await store.set('a', record({ n: 1 }))
      database.prepare('UPDATE sessions SET version = 1, session = ?').run(text)
      const message = await store.get('a').then(String, (err: Error) => `${err.name}: ${err.message}`)
      expect(message).to.equal('SyntaxError: a session in the database is not an object')
    })
  }
})
