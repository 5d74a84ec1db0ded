import { EventEmitter } from 'node:events'
import { inherits } from 'node:util'
import { expect } from 'chai'
import { count } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { Site } from '../support/site'
import { session, type SessionData } from '../support/subject'

type Answer = (err?: unknown, found?: unknown) => void
type Constructor = (this: { kept?: Map<string, string> }) => void

/** The methods of all these stores, which differ only in how they extend `Store`. */
const methods = {
  get(this: { kept: Map<string, string> }, id: string, done: Answer): void {
    done(null, JSON.parse(this.kept.get(id) ?? 'null'))
  },
  set(this: { kept: Map<string, string> }, id: string, data: SessionData, done: Answer): void {
    this.kept.set(id, JSON.stringify(data))
    done()
  },
  destroy(this: { kept: Map<string, string> }, id: string, done: Answer): void {
    this.kept.delete(id)
    done()
  },
}

/** The ways in which 33 published stores extend `Store`. */
function ways(Base: new () => object): Record<string, () => object> {
  const call = (Base as never as { call(self: object): void }).call.bind(Base)
  return {
    'class extends': () => Object.assign(new (class extends Base {})(), { kept: new Map() }),
    'Store.call(this) and util.inherits': () => {
      const Made: Constructor = function () {
        call(this)
        this.kept = new Map()
      }
      inherits(Made as never, Base as never)
      return Reflect.construct(Made, []) as object
    },
    'util.inherits, without a call of Store': () => {
      const Made: Constructor = function () {
        this.kept = new Map()
      }
      inherits(Made as never, Base as never)
      return Reflect.construct(Made, []) as object
    },
    'compiled ES5: _super.call(this) || this': () => {
      const Made = function (this: object): object {
        const self = (call as never as (self: object) => object | undefined)(this) ?? this
        return Object.assign(self, { kept: new Map() })
      }
      Object.setPrototypeOf(Made, Base)
      Made.prototype = Object.create(Base.prototype as object, { constructor: { value: Made } }) as never
      return Reflect.construct(Made, []) as object
    },
    'assigning __proto__': () => {
      const Made: Constructor = function () {
        call(this)
        this.kept = new Map()
      }
      Object.setPrototypeOf(Made.prototype as object, Base.prototype as object)
      return Reflect.construct(Made, []) as object
    },
  }
}

onEachHost('stores: Store', host => {
  for (const [way, make] of Object.entries(ways(session.Store as never))) {
    it(`can be extended by ${way}`, async () => {
      const store = Object.assign(make(), methods)
      expect(store).to.be.instanceOf(session.Store)
      const visitor = new Site({ store: store as never }, count, undefined, host).visitor()
      await visitor.get()
      expect((await visitor.get()).text).to.equal('2')
      let heard = 0
      ;(store as never as EventEmitter).on('disconnect', () => heard++)
      ;(store as never as EventEmitter).emit('disconnect')
      expect(heard).to.equal(1)
    })
  }

  for (const [way, make] of Object.entries(ways(session.MemoryStore as never))) {
    it(`and MemoryStore can be extended by ${way}`, async () => {
      const store = make()
      expect(store).to.be.instanceOf(session.MemoryStore)
      const visitor = new Site({ store: store as never }, count, undefined, host).visitor()
      await visitor.get()
      expect((await visitor.get()).text).to.equal('2')
    })
  }
})

describe('stores: Store', () => {
  const { Store } = session

  it('is an EventEmitter with three methods', () => {
    expect(Object.getOwnPropertyNames(Store.prototype).sort()).to.deep.equal(['constructor', 'createSession', 'load', 'regenerate'])
    expect(Store.prototype).to.be.instanceOf(EventEmitter)
    expect((Store.prototype as object).constructor).to.equal(Store)
    expect(Store.name).to.equal('Store')
  })

  it('has enumerable methods, which can be copied', () => {
    expect(Object.keys(Object.assign({}, session.Store.prototype))).to.include.members(['regenerate', 'load', 'createSession'])
  })

  it('is copied by for…in over the exports', () => {
    const copy: Record<string, unknown> = {}
    for (const key in session) copy[key] = (session as never as Record<string, unknown>)[key]
    expect(copy.Store).to.equal(Store)
    expect((session as { session?: unknown }).session).to.equal(undefined)
    expect(session).to.have.length(1)
  })

  it('is exported with the other classes of express-session and the functions of this package, and nothing else', () => {
    expect(Object.keys(session)).to.deep.equal([
      'Store',
      'Cookie',
      'Session',
      'MemoryStore',
      'update',
      'info',
      'authenticated',
      'recommended',
    ])
  })

  describe('load', () => {
    const load = (store: object, id: string): Promise<unknown> =>
      new Promise((resolve, reject) =>
        (store as { load(id: string, done: Answer): void }).load(id, (err, found) => (err ? reject(err) : resolve(found))),
      )

    it('returns a session object without a request', async () => {
      const store = new session.MemoryStore()
      store.sessions.a = '{"cookie":{"originalMaxAge":60000,"expires":"2030-01-01T00:00:00.000Z"},"n":1}'
      const found = (await load(store, 'a')) as InstanceType<typeof session.Session> & { n: number }
      expect(found).to.be.instanceOf(session.Session)
      expect([found.id, found.n, found.cookie.expires?.toISOString()]).to.deep.equal(['a', 1, '2030-01-01T00:00:00.000Z'])
      found.n = 2
      await new Promise<void>(resolve => found.save(() => resolve()))
      expect(store.sessions.a).to.contain('"n":2')
    })

    it('returns undefined for a missing session', async () => {
      expect(await load(new session.MemoryStore(), 'a')).to.equal(undefined)
    })

    it('passes on the error of the store', async () => {
      const store = new session.MemoryStore()
      store.get = (_, callback) => callback(new Error('no disk'))
      expect(await load(store, 'a').catch((err: Error) => err.message)).to.equal('no disk')
    })
  })

  describe('createSession', () => {
    it('makes a session from a record, and sets it on the request', () => {
      const store = new session.MemoryStore()
      const req = { sessionID: 'a', sessionStore: store } as never as { session: unknown }
      const record = { cookie: { originalMaxAge: 5000, expires: '2030-01-01T00:00:00.000Z' }, n: 1 }
      const made = (store as never as { createSession(req: object, record: object): Record<string, unknown> }).createSession(req, record)
      expect(req.session).to.equal(made)
      expect(made.n).to.equal(1)
      expect(made.cookie).to.be.instanceOf(session.Cookie)
      expect((made.cookie as { originalMaxAge: number }).originalMaxAge).to.equal(5000)
    })

    it('is called if a store overrides it', async () => {
      class Own extends session.MemoryStore {
        override createSession(req: never, record: SessionData): never {
          return super.createSession(req, { ...record, own: true } as SessionData) as never
        }
      }
      const visitor = new Site({ store: new Own() }, (req, res) => {
        Object.assign(req.session, { n: 1 })
        res.end(String((req.session as { own?: boolean }).own))
      }).visitor()
      await visitor.get()
      expect((await visitor.get()).text).to.equal('true')
    })
  })
})
