import { expect } from 'chai'
import { useClock } from '../support/clock'
import { count, data, endWith, routes } from '../support/handlers'
import { Site, type Handler } from '../support/site'
import { session, type SessionData } from '../support/subject'
import { TracingStore } from '../support/tracing-store'
import { VersionedStore } from '../support/versioned-store'

describe('session: save', () => {
  const first = async (handler: Handler, store = new TracingStore()): Promise<{ text: string; calls: string[]; store: TracingStore }> => {
    const { text } = await new Site({ store }, handler).get()
    return { text, calls: store.trace(), store }
  }

  it('writes the session to the store at once', async () => {
    const { text } = await first((req, res) => {
      data(req).user = 'tobi'
      req.session.save(() => {
        req.sessionStore.get(req.sessionID, (_, found) => res.end(JSON.stringify(found)))
      })
    })
    expect(JSON.parse(text)).to.deep.include({ user: 'tobi' })
  })

  it('is not repeated at the end', async () => {
    const { calls } = await first((req, res) => {
      data(req).user = 'tobi'
      req.session.save(endWith(res))
    })
    expect(calls).to.deep.equal(['set'])
  })

  it('is repeated at the end when the session changed after it', async () => {
    const { calls, store } = await first((req, res) => {
      data(req).user = 'tobi'
      req.session.save(() => {
        data(req).user = 'loki'
        res.end()
      })
    })
    expect(calls).to.deep.equal(['set', 'set'])
    expect(JSON.stringify(store.sessions)).to.contain('loki')
  })

  for (const [what, methods] of Object.entries({ compareAndSet: ['set', 'compareAndSet'], set: ['set'] })) {
    it(`at the end stores a new session whose save before the first byte has failed, on a store with ${what}`, async () => {
      const store = new VersionedStore(new Map())
      if (methods.length === 1) Object.assign(store, { compareAndSet: undefined })
      const failing = Object.fromEntries(
        methods.map(method => [method, (...args: unknown[]) => (args.at(-1) as (err: Error) => void)(new Error('no disk'))]),
      )
      const site = new Site({ store: store as never }, async (req, res) => {
        data(req).user = 'tobi'
        Object.assign(store, failing)
        await new Promise<void>(resolve => res.write('one', () => resolve()))
        for (const method of methods) delete (store as unknown as Record<string, unknown>)[method]
        data(req).user = 'loki'
        res.end()
      })
      await site.get()
      expect(Array.from(store.records.values(), ({ text }) => JSON.parse(text) as object)).to.have.lengthOf(1)
      expect([...store.records.values()][0]?.text).to.contain('loki')
    })
  }

  it('by another middleware in its res.end includes its change, while the response waits for regenerate', async () => {
    const store = new session.MemoryStore()
    let ids = 0
    const site = new Site(
      { store, genid: async () => `id-${ids++}` } as never,
      (req, res) => {
        req.session.regenerate(() => (data(req).user = 'tobi'))
        res.end('done')
      },
      (req, res) => {
        const { end } = res
        res.end = function (this: typeof res, ...given: never[]) {
          data(req).ended = true
          void req.session.save()
          return end.apply(this, given as never)
        } as never
      },
    )
    await site.get()
    expect(Object.values(store.sessions).map(text => (JSON.parse(text) as { ended: unknown }).ended)).to.deep.equal([true])
  })

  it('is repeated at the end when the cookie changed after it', async () => {
    const { calls, store } = await first(async (req, res) => {
      data(req).user = 'tobi'
      await new Promise(resolve => req.session.save(resolve))
      req.session.cookie.sameSite = 'lax'
      res.end()
    })
    expect(calls).to.deep.equal(['set', 'set'])
    expect(JSON.stringify(store.sessions)).to.contain('lax')
  })

  it('is tried again at the end if it failed', async () => {
    const store = new TracingStore()
    const { set } = store
    let failures = 1
    store.set = function (id, record, callback) {
      if (failures-- > 0) callback?.(new Error('no disk'))
      else set.call(this, id, record, callback)
    }
    const { text } = await first((req, res) => {
      data(req).user = 'tobi'
      req.session.save(endWith(res))
    }, store)
    expect(text).to.equal('failed: no disk')
    expect(JSON.stringify(store.sessions)).to.contain('tobi')
  })

  it('may be replaced by the app, on one session', async () => {
    const { text, calls } = await first((req, res) => {
      data(req).user = 'tobi'
      req.session.save = function (this: object, done?: (err?: unknown) => void) {
        res.setHeader('X-Saved', 'by the app')
        done?.()
        return this
      } as never
      res.end('fine')
    })
    expect(text).to.equal('fine')
    expect(calls).to.deep.equal([])
  })

  for (const Store of [session.MemoryStore, TracingStore]) {
    it(`may be replaced by the app, for all sessions, and change what is stored: ${Store.name}`, async () => {
      const { prototype } = session.Session as unknown as { prototype: { save(callback?: (err?: unknown) => void): unknown } }
      const { save } = prototype
      prototype.save = function (callback) {
        Object.assign(this, { saves: 1 })
        return save.call(this, callback)
      }
      try {
        const store = new Store()
        await new Site({ store }, count).get()
        expect(Object.values(store.sessions).map(text => JSON.parse(text))).to.have.nested.property('[0].saves', 1)
      } finally {
        prototype.save = save
      }
    })
  }

  it('returns the session with a callback', async () => {
    const { text } = await first((req, res) => {
      const returned = req.session.save(() => setImmediate(() => res.end(String(returned === req.session))))
    })
    expect(text).to.equal('true')
  })

  it('returns a promise without a callback', async () => {
    const { text } = await first(async (req, res) => {
      data(req).user = 'tobi'
      await req.session.save()
      res.end(JSON.stringify((req.sessionStore as unknown as TracingStore).sessions))
    })
    expect(text).to.contain('tobi')
  })

  it('rejects with the error of the store', async () => {
    const store = new TracingStore()
    store.set = (_, __, callback) => callback?.(new Error('no disk'))
    const { text } = await first(async (req, res) => res.end(await req.session.save().catch((err: Error) => err.message)), store)
    expect(text).to.equal('no disk')
  })

  it('without await does not end the process if the store fails', async () => {
    const store = new TracingStore()
    store.set = (_, __, callback) => callback?.(new Error('no disk'))
    const { text } = await first((req, res) => {
      void req.session.save()
      res.end('fine')
    }, store)
    expect(text).to.equal('fine')
  })

  it('of data that JSON cannot express is an error', async () => {
    const { text } = await first((req, res) => {
      data(req).big = 1n
      req.session.save(err => {
        delete data(req).big
        res.end(err.message)
      })
    })
    expect(text).to.contain('BigInt')
  })

  it('works for a session that was constructed without a request', async () => {
    const store = new TracingStore()
    const loose = new session.Session({ sessionID: 'abc', sessionStore: store }, { user: 'tobi' })
    loose.cookie = new session.Cookie()
    await new Promise<void>((resolve, reject) => loose.save(err => (err ? reject(err) : resolve())))
    expect(JSON.parse(store.sessions.abc as string)).to.deep.include({ user: 'tobi' })
  })
})

describe('session: the record', () => {
  useClock()

  it('is the same as in express-session: the cookie, then the data', async () => {
    const store = new session.MemoryStore()
    await new Site({ store, genid: () => 'a', cookie: { maxAge: 60_000 } }, count).get()
    expect(store.sessions.a).to.equal(
      '{"cookie":{"originalMaxAge":60000,"expires":"2026-01-01T00:01:00.000Z","httpOnly":true,"path":"/"},"views":1}',
    )
  })

  it('does not contain deleted keys', async () => {
    const store = new session.MemoryStore()
    const visitor = new Site(
      { store, genid: () => 'a' },
      routes({ '/': count, '/forget': (req, res) => res.end(String(delete data(req).views)) }),
    ).visitor()
    await visitor.get()
    await visitor.get('/forget')
    expect((JSON.parse(store.sessions.a as string) as SessionData & { views?: number }).views).to.equal(undefined)
  })
})
