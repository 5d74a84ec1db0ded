import { expect } from 'chai'
import { count, data, endWith, routes } from '../support/handlers'
import type { Host } from '../support/host'
import { onEachHost } from '../support/hosts'
import { Site, type Handler } from '../support/site'
import { session, type SessionData, type SessionOptions, type Store } from '../support/subject'

type Answer = (err?: unknown, found?: unknown) => void
type Methods = Record<'get' | 'set' | 'destroy' | 'touch', (...args: never[]) => unknown>

/** Requests to a site whose store responds in one of the ways: count, log in with a new ID, count. */
async function visits(host: Host, methods: Partial<Methods>): Promise<{ texts: string[]; errors: string[] }> {
  const site = siteOn(
    host,
    storeOf(methods),
    routes({
      '/': count,
      '/login': (req, res) => req.session.regenerate(endWith(res)),
      '/read': (req, res) => res.end(String(data(req).views)),
    }),
  )
  const visitor = site.visitor()
  const texts: string[] = []
  for (const path of ['/', '/', '/read', '/login', '/']) texts.push((await visitor.get(path)).text)
  return { texts, errors: site.errors.map(err => err.message) }
}

/** A site on which each request moves the expiry of its session. */
function siteOn(host: Host, store: Store, handler: Handler, options: Partial<SessionOptions> = {}): Site {
  return new Site({ ...host.keepsAlive, ...options, store }, handler, undefined, host)
}

/** A store that extends `Store` of the package under test, because express-session accepts no other. */
function storeOf<M extends Partial<Methods>>(methods: M): M & Store {
  return Object.assign(new (session.Store as unknown as new () => object)(), methods) as M & Store
}

const GOOD = { texts: ['1', '2', '2', 'done', '1'], errors: [] }

/** A store that calls back through `answer`. */
function calling(answer: (done: Answer, err?: unknown, found?: unknown) => unknown): Methods {
  const kept = new Map<string, string>()
  return {
    get: (id: string, done: Answer) => answer(done, null, JSON.parse(kept.get(id) ?? 'null')),
    set: (id: string, session: SessionData, done: Answer) => {
      kept.set(id, JSON.stringify(session))
      return answer(done)
    },
    destroy: (id: string, done: Answer) => {
      kept.delete(id)
      return answer(done)
    },
    touch: (_id: string, _session: SessionData, done: Answer) => answer(done),
  }
}

onEachHost('stores: how a store may respond', host => {
  const ways: Record<string, (done: Answer, err?: unknown, found?: unknown) => unknown> = {
    'by its callback, at once': (done, err, found) => done(err, found),
    'by its callback, later': (done, err, found) => void setImmediate(done, err, found),
    'by its callback, twice': (done, err, found) => {
      done(err, found)
      done(new Error('again'))
    },
    'by its callback, and with an error afterwards': (done, err, found) => {
      setImmediate(() => {
        done(err, found)
        done(new Error('again'))
      })
    },
    'by its callback, and by a promise': async (done, err, found) => {
      done(err, found)
      return found
    },
    'by its callback, and by a promise that fails': async (done, err, found) => {
      done(err, found)
      throw new Error('rejected as well')
    },
    'by its callback, long after its promise': async (done, err, found) => {
      setImmediate(done, err, found)
    },
    'by its callback, with more arguments than needed': (done, err, found) =>
      (done as (...args: unknown[]) => void)(err, found, 'version', 4),
  }
  for (const [way, answer] of Object.entries(ways)) {
    it(`${way}`, async () => {
      expect(await visits(host, calling(answer))).to.deep.equal(GOOD)
    })
  }

  it('by its callback, and its return value is ignored', async () => {
    const kept = new Map<string, string>()
    let queries = 0
    const store = storeOf({
      get: (id: string, done: Answer) => {
        const query = Promise.resolve({ rows: [kept.get(id)] })
        void query.then(({ rows }) => setImmediate(done, null, JSON.parse(rows[0] ?? 'null')))
        return query
      },
      set: (id: string, session: SessionData, done: Answer) => {
        kept.set(id, JSON.stringify(session))
        setImmediate(done)
        // Runs only if `then` is called
        return { then: () => queries++ }
      },
      destroy: (id: string, done: Answer) => (kept.delete(id), setImmediate(done), Promise.resolve(1)),
    })
    expect(await visits(host, store)).to.deep.equal(GOOD)
    expect(queries).to.equal(0)
  })

  it('by a promise only', async () => {
    const kept = new Map<string, string>()
    const store = {
      get: async (id: string) => JSON.parse(kept.get(id) ?? 'null') as unknown,
      set: async (id: string, session: SessionData) => void kept.set(id, JSON.stringify(session)),
      destroy: async (id: string) => void kept.delete(id),
      touch: async () => {},
    }
    expect(await visits(host, store as never)).to.deep.equal(GOOD)
  })

  it('by a promise of undefined, for a missing session', async () => {
    const kept = new Map<string, SessionData>()
    const store = {
      get: async (id: string) => kept.get(id) && (JSON.parse(JSON.stringify(kept.get(id))) as unknown),
      set: async (id: string, session: SessionData) => void kept.set(id, JSON.parse(JSON.stringify(session)) as SessionData),
      destroy: async (id: string) => kept.delete(id),
    }
    expect(await visits(host, store as never)).to.deep.equal(GOOD)
  })

  describe("with a method update of the store's own", () => {
    type Change = (record: SessionData | null) => void
    const others: Record<string, (id: string, change: Change, done: Answer) => unknown> = {
      // As in the store of @sap/approuter
      'that calls a function with the record': (_, change) => change(null),
      'that calls a function with the record, later': async (_, change) => change(await Promise.resolve(null)),
      'that has no callback, and returns nothing': (_, __) => {},
      'that calls back a number': (_, __, done) => done(null, 1),
      'that returns a promise of the record': async () => ({ cookie: {} }),
    }
    for (const [what, update] of Object.entries(others)) {
      it(`${what}: sessions are saved with set`, async () => {
        const kept = calling(ways['by its callback, at once'] as never)
        expect(await visits(host, storeOf({ ...kept, update }))).to.deep.equal(GOOD)
      })
    }

    const declared: Record<string, (act: (given: readonly unknown[]) => void) => (...given: never[]) => void> = {
      'calls back later without declaring it':
        act =>
        (...given) =>
          act(given),
      'declares its callback with a default':
        act =>
        (id: unknown, record: unknown, done = (): void => {}) =>
          act([id, record, done]),
    }
    for (const [how, declare] of Object.entries(declared)) {
      it(`that ${how}: sessions are saved with it`, async () => {
        const kept = calling(ways['by its callback, at once'] as never)
        const update = declare(given => {
          const [id, record, done] = given as [never, never, Answer]
          setImmediate(() => kept.set(id, record, ((err: unknown) => done(err, true)) as never))
        })
        let calls = 0
        const set: Methods['set'] = (...args) => (calls++, kept.set(...args))
        expect(await visits(host, storeOf({ ...kept, set, update }))).to.deep.equal(GOOD)
        // The new sessions
        expect(calls).to.equal(2)
      })
    }

    it('that fails with a TypeError after it has worked: the error is that of the save, and set is not called', async () => {
      const kept = calling(ways['by its callback, at once'] as never)
      let [calls, isBroken] = [0, false]
      const set: Methods['set'] = (...args) => (calls++, kept.set(...args))
      const update = async (id: never, record: never): Promise<boolean> => {
        if (isBroken) throw new TypeError('no connection')
        return new Promise(resolve => kept.set(id, record, (() => resolve(true)) as never))
      }
      const site = siteOn(host, storeOf({ ...kept, set, update }), count)
      const visitor = site.visitor()
      await visitor.get()
      await visitor.get()
      isBroken = true
      await visitor.get()
      await new Promise(resolve => setImmediate(resolve))
      expect([site.errors.map(err => err.message), calls]).to.deep.equal([['no connection'], 1])
    })

    it('whose error is not a TypeError: the error is that of the save', async () => {
      const store = storeOf({
        ...calling(ways['by its callback, at once'] as never),
        update: async () => Promise.reject(new Error('no disk')),
      })
      const site = siteOn(host, store, count)
      const visitor = site.visitor()
      await visitor.get()
      await visitor.get()
      await new Promise(resolve => setImmediate(resolve))
      expect(site.errors.map(err => err.message)).to.deep.equal(['no disk'])
    })
  })

  describe('with an error', () => {
    const failures: Record<string, (...args: never[]) => unknown> = {
      'by its callback, at once': (...args: never[]) => (args.at(-1) as never as Answer)(new Error('no disk')),
      'by its callback, later': (...args: never[]) => void setImmediate(args.at(-1) as never as Answer, new Error('no disk')),
      'by throwing': () => {
        throw new Error('no disk')
      },
      'by a promise': async () => {
        throw new Error('no disk')
      },
      'by a promise, and by its callback': async (...args: never[]) => {
        ;(args.at(-1) as never as Answer)(new Error('no disk'))
        throw new Error('no disk')
      },
    }
    for (const [way, fails] of Object.entries(failures)) {
      it(`to get, ${way}: an error for next, once`, async () => {
        const store = storeOf(calling(ways['by its callback, at once'] as never)) as Methods
        const site = siteOn(host, store as never, count)
        const visitor = site.visitor()
        await visitor.get()
        store.get = fails
        const { status, text } = await visitor.get()
        expect([status, text]).to.deep.equal([500, host.errorText('no disk')])
        await new Promise(resolve => setImmediate(resolve))
        expect(site.errors).to.have.length(1)
      })

      it(`to set, ${way}: ${host.unsaved.outcome}`, async () => {
        const site = siteOn(host, storeOf({ ...calling(ways['by its callback, at once'] as never), set: fails }), count)
        const { status, text } = await site.get()
        expect([status, text]).to.deep.equal(host.unsaved.reply('1'))
        await new Promise(resolve => setImmediate(resolve))
        expect(site.errors.map(err => err.message)).to.deep.equal(['no disk'])
      })

      it(`to touch, ${way}: ${host.unsaved.outcome}`, async () => {
        const store = storeOf(calling(ways['by its callback, at once'] as never)) as Methods
        const site = siteOn(host, store as never, routes({ '/': count, '/read': (_, res) => res.end('fine') }), { awaitTouch: true })
        const visitor = site.visitor()
        await visitor.get()
        store.touch = fails
        const { status, text } = await visitor.get('/read')
        expect([status, text]).to.deep.equal(host.unsaved.reply('fine'))
        await new Promise(resolve => setImmediate(resolve))
        expect(site.errors.map(err => err.message)).to.deep.equal(['no disk'])
      })

      it(`to destroy, ${way}: the error goes to the callback`, async () => {
        const store = storeOf({ ...calling(ways['by its callback, at once'] as never), destroy: fails })
        const site = siteOn(host, store as never, (req, res) => req.session.destroy(endWith(res)))
        expect((await site.get()).text).to.equal('failed: no disk')
      })
    }

    it('ENOENT, for a missing session: a new session starts', async () => {
      const store = storeOf(calling(ways['by its callback, at once'] as never)) as Methods
      const site = siteOn(host, store as never, count)
      const visitor = site.visitor()
      await visitor.get()
      store.get = (_id: never, done: never) => (done as Answer)(Object.assign(new Error('no such file'), { code: 'ENOENT' }))
      expect((await visitor.get()).text).to.equal('1')
    })

    it('a rejection without a reason is an error', async () => {
      const store = storeOf({ ...calling(ways['by its callback, at once'] as never), set: () => Promise.reject() })
      const site = siteOn(host, store as never, count)
      await site.get()
      await new Promise(resolve => setImmediate(resolve))
      expect(site.errors.map(err => err.message)).to.deep.equal(['store.set failed without a reason'])
    })
  })
})

describe('stores: how a store may respond', () => {
  it('must have get, set and destroy', () => {
    const whole = { get() {}, set() {}, destroy() {} }
    for (const method of ['get', 'set', 'destroy'] as const) {
      expect(() => session({ secret: 'x', store: { ...whole, [method]: undefined } as never })).to.throw(
        TypeError,
        `store option must have a ${method} method`,
      )
    }
    expect(() => session({ secret: 'x', store: whole as never })).to.not.throw()
  })
})
