import { expect } from 'chai'
import { answer, syncOf } from '../../lib/core/store/sync-methods'
import { Cookie } from '../../lib/core/record/cookie'
import type { Likeness } from '../../lib/core/record/json-equality'
import type { Session } from '../../lib/core/session/session'
import { clientFor } from '../../lib/core/store/store-clients'
import type { StoreClient } from '../../lib/core/store/store-client'
import { MemoryStore } from '../../lib/stores/memory-store'
import { count, data, routes, show } from '../support/handlers'
import { Site } from '../support/site'

type Answer = readonly unknown[]
type Done = (...answer: unknown[]) => void
type Method = (this: MemoryStore, ...args: unknown[]) => unknown

/** A session as it is passed to a store. */
const sessionOf = (json: string): Session =>
  Object.assign(Object.create(null) as object, { cookie: new Cookie({ maxAge: 60_000 }) }, JSON.parse(json)) as Session

/** Each method that has a synchronous equivalent, called through the client. */
const ASK = {
  get: (port: StoreClient, done: Done) => port.get('ada', done),
  set: (port: StoreClient, done: Done, session = sessionOf('{"n":1}')) => port.set('ada', session, done),
  touch: (port: StoreClient, done: Done) => port.touch('ada', sessionOf('{}'), done),
  destroy: (port: StoreClient, done: Done) => port.destroy('ada', done),
  compareAndSet: (port: StoreClient, done: Done, session = sessionOf('{"n":1}')) =>
    port.compareAndSet('ada', session, { version: null }, done),
}
const NAMES = Object.keys(ASK) as (keyof typeof ASK)[]

/** Where an app may replace a method: makes a store with the replaced method, and registers how to restore it. */
const PLACES: Readonly<Record<string, (name: keyof typeof ASK, method: Method, undo: (act: () => void) => void) => MemoryStore>> = {
  'on the store': (name, method) => Object.assign(new MemoryStore(), { [name]: method }),
  'in a subclass'(name, method) {
    class Own extends MemoryStore {}
    Object.assign(Own.prototype, { [name]: method })
    return new Own()
  },
  'on the prototype'(name, method, undo) {
    const { [name]: own } = MemoryStore.prototype
    undo(() => Object.assign(MemoryStore.prototype, { [name]: own }))
    Object.assign(MemoryStore.prototype, { [name]: method })
    return new MemoryStore()
  },
}

describe('core: a synchronous store', () => {
  let undo: (() => void)[]
  let answers: Answer[]
  const done: Done = (...answer) => answers.push(answer)

  beforeEach(() => {
    undo = []
    answers = []
  })
  afterEach(() => undo.forEach(act => act()))

  for (const [place, put] of Object.entries(PLACES)) {
    for (const name of NAMES) {
      it(`has its ${name} called with a callback if it was replaced ${place}`, () => {
        const { [name]: own } = MemoryStore.prototype as unknown as Record<string, Method>
        const asked: unknown[][] = []
        const another: Method = function (...args) {
          asked.push(args)
          return own?.apply(this, args)
        }
        // As for spies, which copy the properties of the function they replace
        Object.defineProperties(another, Object.getOwnPropertyDescriptors(own as Method))
        const store = put(name, another, act => undo.push(act))
        ASK[name](clientFor(store), done)
        expect(asked).to.have.lengthOf(1)
        expect(asked[0]?.[0]).to.equal('ada')
        expect(asked[0]?.at(-1)).to.be.a('function')
        expect([answers.length, answers[0]?.[0] ?? null]).to.deep.equal([1, null])
      })
    }
  }

  for (const name of NAMES) {
    it(`completes its own ${name} before the call returns`, () => {
      const store = new MemoryStore()
      expect(syncOf(store, name)).to.be.a('function')
      ASK[name](clientFor(store), done)
      expect([answers.length, answers[0]?.[0] ?? null]).to.deep.equal([1, null])
    })
  }

  it('returns a record with its expiry as a Date and its data as JSON, unlike a replaced get', () => {
    const [own, another] = [new MemoryStore(), new MemoryStore()]
    another.get = (id, callback) => MemoryStore.prototype.get.call(another, id, callback)
    const found = [own, another].map(store => {
      answers = []
      ASK.set(clientFor(store), done)
      ASK.get(clientFor(store), done)
      const [, record, , likeness] = answers[1] as [unknown, Session, unknown, Likeness | undefined]
      return [typeof record.cookie.expires, likeness?.text]
    })
    expect(found).to.deep.equal([
      ['object', '{"n":1}'],
      ['string', undefined],
    ])
  })

  it('returns a separate copy for each read', () => {
    const port = clientFor(new MemoryStore())
    ASK.set(port, done, sessionOf('{"user":{"roles":["reader"]}}'))
    for (let time = 0; time < 4; time++) {
      answers = []
      ASK.get(port, done)
      const [, record, , { text }] = answers[0] as [unknown, { user: { roles: string[] } }, unknown, Likeness]
      expect([record.user.roles, text], `time ${time}`).to.deep.equal([['reader'], '{"user":{"roles":["reader"]}}'])
      record.user.roles.push('admin')
    }
  })

  it('is synchronous only if its get, set, touch and compareAndSet are not replaced', () => {
    const answersAtOnce = (names: string[]): boolean => {
      const store = new MemoryStore()
      for (const name of names) Object.assign(store, { [name]: () => {} })
      return clientFor(store).answersAtOnce
    }
    expect([[], ['destroy']].map(answersAtOnce)).to.deep.equal([true, true])
    expect([['get'], ['set'], ['touch'], ['compareAndSet']].map(answersAtOnce)).to.deep.equal([false, false, false, false])
  })

  it('does not store the additions of its createSession until the session is changed', async () => {
    const store = new MemoryStore()
    store.createSession = (req, record) =>
      MemoryStore.prototype.createSession.call(store, req, Object.assign(record, { seen: true })) as never
    const stored = (): string[] => Object.values(store.sessions).map(text => JSON.stringify({ ...JSON.parse(text), cookie: undefined }))
    const visitor = new Site({ store }, routes({ '/': count, '/show': show })).visitor()
    await visitor.get('/')
    expect((await visitor.get('/show')).text).to.contain('"seen":true')
    expect(stored()).to.deep.equal(['{"views":1}'])
    await visitor.get('/')
    expect(stored()).to.deep.equal(['{"views":2,"seen":true}'])
  })

  for (const [what, value] of Object.entries({ 'a circle': circle(), 'a BigInt': 1n, 'a toJSON that throws': { toJSON: refuse } })) {
    for (const name of ['set', 'compareAndSet'] as const) {
      it(`passes ${what} to the callback as an error: ${name}`, () => {
        const store = new MemoryStore()
        ASK[name](clientFor(store), done, Object.assign(sessionOf('{}'), { value }))
        expect(answers).to.have.lengthOf(1)
        expect(answers[0]?.[0]).to.be.instanceOf(TypeError)
        expect(Object.keys(store.sessions)).to.deep.equal([])
      })
    }
  }

  it('does not call back again if the callback throws', () => {
    const said: Answer[] = []
    const act = (): boolean =>
      answer(
        {} as never,
        'get',
        () => 1,
        (...answer) => {
          said.push(answer)
          throw new Error('the app’s')
        },
      )
    expect(act).to.throw('the app’s')
    expect(said).to.deep.equal([[undefined, 1]])
  })

  it('returns separate cookie attributes for each read', () => {
    const store = new MemoryStore()
    void store.set('a', { cookie: { originalMaxAge: null, deep: { x: 1 } } } as never)
    const seen: unknown[] = []
    for (let visit = 0; visit < 2; visit++) {
      clientFor(store).get('a', (_err, record) => {
        const { deep } = record?.cookie as unknown as { deep: { x: number } }
        seen.push(deep.x++)
      })
    }
    expect(seen).to.deep.equal([1, 1])
  })

  it('treats a key __proto__ as data', () => {
    const json = '{"__proto__":{"admin":true},"n":1}'
    const port = clientFor(new MemoryStore())
    const session = Object.defineProperty(sessionOf('{"n":1}'), '__proto__', { value: { admin: true }, enumerable: true })
    ASK.set(port, done, session)
    ASK.get(port, done)
    const [, record, , { text }] = answers[1] as [unknown, Record<string, unknown>, unknown, Likeness]
    expect(Object.getPrototypeOf(record)).to.equal(Object.prototype)
    expect([Object.hasOwn(record, '__proto__'), 'admin' in record]).to.deep.equal([true, false])
    expect(JSON.parse(text)).to.deep.equal(JSON.parse(json))
  })

  it('serves a request whose record has a key __proto__', async () => {
    const store = new MemoryStore()
    const visitor = new Site(
      { store, genid: () => 'ada' },
      routes({ '/': count, '/admin': (req, res) => res.end(String(data(req).admin)) }),
    ).visitor()
    await visitor.get('/')
    store.sessions.ada = '{"cookie":{"originalMaxAge":null},"__proto__":{"admin":true},"views":5}'
    expect([(await visitor.get('/admin')).text, (await visitor.get('/')).text]).to.deep.equal(['undefined', '6'])
  })
})

function circle(): object {
  const value: Record<string, unknown> = {}
  return Object.assign(value, { value })
}

function refuse(): never {
  throw new TypeError('not to be stored')
}
