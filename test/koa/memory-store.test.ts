import { expect } from 'chai'
import { BaseStore, koaGenericSession, koaSessionTs, MemoryStore, type StoredSession } from '../../lib/koa-presets'
import { useClock } from '../support/clock'
import { useTimers } from '../support/timers'
import { count, KoaSite, leave, show, type Handler } from './site'

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/leave': leave }
const HOUR = 3_600_000

const session = (data: object = {}, cookie: object = {}): StoredSession => ({ cookie: { signed: true, ...cookie }, ...data })

describe('koa: MemoryStore of koa-session-ts', () => {
  const clock = useClock()
  const timers = useTimers()

  it('extends BaseStore, and is also exported by koa-generic-session', () => {
    expect(new MemoryStore()).to.be.instanceOf(BaseStore)
    expect(koaGenericSession.MemoryStore).to.equal(MemoryStore)
  })

  for (const [name, preset] of Object.entries({ koaGenericSession, koaSessionTs })) {
    it(`keeps the sessions of ${name}, one record per session`, async () => {
      const store = new MemoryStore('mine:')
      const visitor = new KoaSite({}, HANDLERS, { instead: () => preset({ store, maxAge: HOUR, signed: true }) }).visitor()
      await visitor.get()
      expect((await visitor.get()).text).to.equal('2')
      expect(Object.keys(store.sessions)).to.have.lengthOf(1)
      await visitor.get('/leave')
      expect(Object.keys(store.sessions)).to.deep.equal([])
      expect(Object.keys(JSON.parse((await visitor.get('/read')).text) as object)).to.deep.equal(['cookie'])
    })
  }

  it('returns the session that was set, with cookie dates as Date objects, with and without a prefix', async () => {
    for (const prefix of ['mine:', undefined]) {
      const store = new MemoryStore(prefix)
      const kept = session({ a: { b: 1 } }, { expires: new Date(clock.now() + HOUR) })
      await store.set('an-id', kept)
      expect(await store.get('an-id')).to.deep.equal(kept)
      expect(await store.get('another')).to.equal(undefined)
      expect(Object.keys(store.sessions)).to.deep.equal([`${prefix ?? ''}an-id`])
    }
  })

  it('is not affected by changes of a session that was set or returned', async () => {
    const store = new MemoryStore()
    const given = session({ list: [1] }) as StoredSession & { list: number[] }
    await store.set('an-id', given)
    given.list.push(2)
    ;((await store.get('an-id')) as typeof given).list.push(3)
    expect(await store.get('an-id')).to.deep.equal(session({ list: [1] }))
  })

  for (const [how, remove] of Object.entries({
    'deletes its entry': (store: MemoryStore): void => void delete store.sessions['an-id'],
    'replaces all entries': (store: MemoryStore): void => void Object.assign(store, { sessions: {} }),
  })) {
    it(`does not find a session if the app ${how} in sessions, and stores it again`, async () => {
      const store = new MemoryStore()
      await store.set('an-id', session({ a: 1 }))
      remove(store)
      expect(await store.get('an-id')).to.equal(undefined)
      await store.set('an-id', session({ a: 2 }))
      expect(await store.get('an-id')).to.deep.equal(session({ a: 2 }))
    })
  }

  it('accepts __proto__ as an ID', async () => {
    const store = new MemoryStore()
    expect(await store.get('__proto__')).to.equal(undefined)
    await store.set('__proto__', session({ a: 1 }))
    expect(await store.get('__proto__')).to.deep.equal(session({ a: 1 }))
  })

  for (const [how, cookie, ttl] of [
    ['for its ttl', {}, HOUR],
    ['for the maxAge of the cookie', { maxAge: HOUR }, undefined],
    ['longer than a timer of Node can wait', {}, 2 ** 31],
  ] as const) {
    it(`keeps a session ${how}, and no longer`, async () => {
      const store = new MemoryStore()
      await store.set('an-id', session({}, cookie), ttl)
      clock.turn((ttl ?? HOUR) - 1)
      expect(await store.get('an-id')).to.not.equal(undefined)
      clock.turn(1)
      expect(await store.get('an-id')).to.equal(undefined)
    })
  }

  it('removes expired sessions, two with each write, without a timer', async () => {
    const store = new MemoryStore()
    for (const id of ['one', 'two', 'three', 'four']) await store.set(id, session(), HOUR)
    clock.turn(HOUR)
    for (let write = 0; write < 4; write++) await store.set('five', session(), HOUR)
    expect(Object.keys(store.sessions)).to.deep.equal(['five'])
    expect(timers.pending()).to.equal(0)
  })

  it('rejects data that JSON cannot express, and keeps the old record', async () => {
    const store = new MemoryStore()
    await store.set('an-id', session({ a: 1 }))
    const round: Record<string, unknown> = {}
    round.itself = round
    const failed = await store.set('an-id', session(round)).catch((err: Error) => err)
    expect(failed).to.be.instanceOf(TypeError)
    expect(await store.get('an-id')).to.deep.equal(session({ a: 1 }))
  })

  for (const [environment, warns] of [
    ['production', true],
    ['development', false],
  ] as const) {
    it(`${warns ? 'warns' : 'does not warn'} in ${environment}`, () => {
      const [{ NODE_ENV: before }, { warn }, heard] = [process.env, console, [] as string[]]
      process.env.NODE_ENV = environment
      console.warn = (text: string) => void heard.push(text)
      try {
        new MemoryStore()
      } finally {
        console.warn = warn
        if (before === undefined) delete process.env.NODE_ENV
        else process.env.NODE_ENV = before
      }
      expect(heard.map(text => text.split('\n')[0])).to.deep.equal(warns ? ["Warning: koa-generic-session's MemoryStore is not"] : [])
    })
  }
})
