import { expect } from 'chai'
import { data } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { Site, siteOn, type Handler, type Req } from '../support/site'
import { session, type SessionData, type SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

type Done = (...args: unknown[]) => void

/** A store that calls back before its methods return. */
class EagerStore extends session.Store {
  readonly records = new Map<string, string>()
  override get(id: string, callback: (err?: unknown, record?: SessionData | null) => void): void {
    callback(null, JSON.parse(this.records.get(id) ?? 'null') as SessionData | null)
  }
  override set(id: string, data: SessionData, callback?: (err?: unknown) => void): void {
    this.records.set(id, JSON.stringify(data))
    callback?.()
  }
  override destroy(id: string, callback?: (err?: unknown) => void): void {
    this.records.delete(id)
    callback?.()
  }
}

/** Its methods fail before they return. */
class FailingStore extends EagerStore {
  failing = false
  override set(id: string, data: SessionData, callback?: (err?: unknown) => void): void {
    if (this.failing) callback?.(new Error('full'))
    else super.set(id, data, callback)
  }
}

const STORES: Record<string, () => SessionOptions['store']> = {
  'a MemoryStore': () => new session.MemoryStore(),
  'a subclass of MemoryStore': () => new TracingStore(),
  'a store that calls back at once': () => new EagerStore(),
  'a store that throws': () => new FailingStore(),
  'the cookie': () => 'cookie',
}

const METHODS = ['save', 'reload', 'regenerate', 'destroy'] as const

onEachHost('session: callbacks', host => {
  for (const [what, make] of Object.entries(STORES)) {
    for (const concurrency of what === 'the cookie' ? [undefined] : ([undefined, 'off', 'merge'] as const)) {
      for (const method of METHODS) {
        it(`${method} calls back after it has returned, with ${what}${concurrency ? ` and concurrency ${concurrency}` : ''}`, async () => {
          const order: string[] = []
          const handle: Handler = (req, res) => {
            if (req.url === '/in') return ((data(req).user = 'ada'), res.end())
            // As apps write it: with a synchronous callback, `returned` would be in its temporal dead zone
            const returned = req.session[method](() => {
              order.push(`called back after ${String(typeof returned)}`)
              res.end()
            })
            order.push('returned')
          }
          const site = siteOn(host, { store: make(), ...(concurrency && { concurrency }) } as never, handle)
          const client = site.visitor()
          await client.get('/in')
          expect((await client.get('/act')).status).to.equal(200)
          expect(order).to.deep.equal(['returned', 'called back after object'])
          expect(site.errors).to.deep.equal([])
        })
      }
    }
  }
})

describe('session: callbacks', () => {
  it('receive the error of a store that fails synchronously', async () => {
    const store = new FailingStore()
    const site = new Site({ store }, (req, res) => {
      data(req).user = 'ada'
      store.failing = true
      const returned = req.session.save(err => {
        store.failing = false
        res.end(`${typeof returned}, ${(err as Error).message}`)
      })
    })
    expect((await site.get()).text).to.equal('object, full')
  })

  it('delay the response, whose save includes their changes', async () => {
    const store = new session.MemoryStore()
    const site = new Site({ store }, (req, res) => {
      req.session.save(() => void (data(req).late = true))
      res.end()
    })
    const client = site.visitor()
    await client.get()
    expect(JSON.parse(Object.values(store.sessions)[0] as string)).to.include({ late: true })
  })

  it('run in order, each after the method has returned', async () => {
    const site = new Site({}, (req, res) => {
      data(req).n = 1
      const order: string[] = []
      req.session.save(() => order.push('first'))
      req.session.save(() => {
        order.push('second')
        res.end(order.join())
      })
      order.push('handler')
    })
    expect((await site.get()).text).to.equal('handler,first,second')
  })
})

describe('stores: callbacks of a MemoryStore', () => {
  const record = { cookie: { originalMaxAge: null } } as SessionData
  const req = (store: object): Req => ({ sessionID: 'a', sessionStore: store }) as never

  const CALLS: Record<string, (store: InstanceType<typeof session.MemoryStore>, done: Done) => unknown> = {
    get: (store, done) => store.get('a', done),
    'get of a missing session': (store, done) => store.get('b', done),
    set: (store, done) => store.set('a', record, done),
    touch: (store, done) => store.touch('a', record, done),
    destroy: (store, done) => store.destroy('a', done),
    compareAndSet: (store, done) => store.compareAndSet('b', record, null, done),
    all: (store, done) => store.all(done),
    length: (store, done) => store.length(done),
    clear: (store, done) => store.clear(done),
    load: (store, done) => store.load('a', done),
    regenerate: (store, done) => store.regenerate(req(Object.assign(store, { generate() {} })) as never, done),
  }
  for (const [what, call] of Object.entries(CALLS)) {
    for (const [kind, make] of Object.entries({ itself: () => new session.MemoryStore(), 'of a subclass': () => new TracingStore() })) {
      it(`${what} ${kind} calls back once, after it has returned`, async () => {
        const store = make()
        void store.set('a', record)
        let calls = 0
        call(store, () => calls++)
        expect(calls).to.equal(0)
        for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
        expect(calls).to.equal(1)
      })
    }
  }
})
