import { expect } from 'chai'
import type { ResultCallback } from '../../lib/primitives/callbacks'
import type { Outcome } from '../../lib/core/store/contract'
import type { Version } from '../../lib/core/record/snapshot'
import { count, data, endWith, routes } from '../support/handlers'
import { Site, type Visitor } from '../support/site'
import { session, type SessionData, type SessionOptions } from '../support/subject'
import { useTimers } from '../support/timers'
import { TracingStore } from '../support/tracing-store'
import { turns, useServers } from '../support/wire'

type CompareAndSet = [id: string, session: SessionData, version: Version | null, callback: ResultCallback<Outcome>]

const { set } = session.MemoryStore.prototype

/** Records its calls, and can run a function before a comparison. */
class ComparingStore extends TracingStore {
  /** Runs before the next comparison; may call back in its place. */
  before: ((...asked: CompareAndSet) => boolean | void) | undefined

  override compareAndSet(...asked: CompareAndSet): void {
    this.calls.push('compareAndSet')
    if (!this.before?.(...asked)) super.compareAndSet(...asked)
  }
}

class UpdatingStore extends TracingStore {
  before: ((id: string) => void) | undefined

  override update(id: string, session: SessionData, callback: ResultCallback<boolean>): void {
    this.calls.push('update')
    this.before?.(id)
    if (!this.sessions[id]) return callback(null, false)
    set.call(this, id, session, () => callback(null, true))
  }
}

const HANDLERS = routes({
  '/': count,
  '/read': (req, res) => res.end(String(data(req).views)),
  '/save': (req, res) => ((data(req).saved = true), req.session.save(endWith(res))),
  '/twice': (req, res) => req.session.save(() => ((data(req).again = true), res.end())),
  '/update': async (req, res) => endWith(res)(await session.update(req, s => void Object.assign(s, { n: 1 })).catch((err: unknown) => err)),
})

async function known<S extends TracingStore>(
  store: S,
  options: Partial<SessionOptions> = {},
): Promise<{ site: Site; visitor: Visitor; store: S }> {
  const site = new Site({ store, ...options }, HANDLERS)
  const visitor = site.visitor()
  await visitor.get()
  return { site, visitor, store }
}

/** Changes the records directly, as another process does. */
function change(store: TracingStore, with_: object): void {
  for (const [id, text] of Object.entries(store.sessions))
    store.sessions[id] = JSON.stringify({ ...(JSON.parse(text) as object), ...with_ })
}

const stored = (store: TracingStore): Record<string, unknown> => JSON.parse(Object.values(store.sessions)[0] ?? 'null') as never

describe('core: a write to a store with compareAndSet', () => {
  it('takes one call without a conflict, with the version of the previous call', async () => {
    const { visitor, store } = await known(new ComparingStore())
    expect(store.trace()).to.deep.equal(['compareAndSet'])
    await visitor.get()
    await visitor.get('/twice')
    await visitor.get('/update')
    expect(store.trace()).to.deep.equal(['get', 'compareAndSet', 'get', 'compareAndSet', 'compareAndSet', 'get', 'compareAndSet', 'touch'])
  })

  it('reads and merges after a conflict', async () => {
    const { visitor, store } = await known(new ComparingStore())
    store.trace()
    store.before = () => ((store.before = undefined), change(store, { theirs: 1 }))
    expect((await visitor.get()).text).to.equal('2')
    expect(store.trace()).to.deep.equal(['get', 'compareAndSet', 'get', 'compareAndSet'])
    expect(stored(store)).to.include({ views: 2, theirs: 1 })
  })

  it('is dropped if the session has been destroyed', async () => {
    const { site, visitor, store } = await known(new ComparingStore())
    store.before = id => void store.destroy(id)
    await visitor.get()
    expect(stored(store)).to.equal(null)
    expect(site.errors).to.deep.equal([])
  })

  it('of an update fails if the session has been destroyed', async () => {
    const { visitor, store } = await known(new ComparingStore())
    store.before = id => void store.destroy(id)
    expect((await visitor.get('/update')).text).to.equal('failed: failed to load session')
  })

  describe('of a new session', () => {
    /** The first attempts fail; those with `true` are carried out nevertheless. */
    async function lost(made: readonly boolean[]): Promise<{ text: string; store: ComparingStore; errors: string[] }> {
      const store = new ComparingStore()
      const tries = [...made]
      store.before = (id, session, version, callback) => {
        const isMade = tries.shift()
        if (isMade === undefined) return false
        const fail = (): void => callback(new Error('connection lost'))
        if (isMade && (version === null) === (store.sessions[id] === undefined)) set.call(store, id, session, fail)
        else fail()
        return true
      }
      const site = new Site({ store }, HANDLERS)
      const { text } = await site.visitor().get('/save')
      return { text, store, errors: site.errors.map(String) }
    }

    for (const [how, made] of Object.entries({
      'succeeded, and its reply was lost': [true],
      failed: [false],
      'succeeded at the second attempt, and its reply was lost': [false, true],
      'failed twice': [false, false],
    })) {
      it(`is repeated if it ${how}`, async () => {
        const { text, store, errors } = await lost(made)
        expect([text, errors]).to.deep.equal(['done', []])
        expect(await store.count()).to.equal(1)
        expect(stored(store)).to.include({ saved: true })
        expect(store.trace().filter(call => call === 'compareAndSet').length).to.be.at.most(made.length + 1)
      })
    }

    it('is recognised if the store returns its keys in another order', async () => {
      const store = new ComparingStore()
      store.before = (id, session, _, callback) => {
        store.before = undefined
        set.call(store, id, session, () => callback(new Error('connection lost')))
        const { cookie, ...rest } = JSON.parse(store.sessions[id] as string) as SessionData
        store.sessions[id] = JSON.stringify(Object.fromEntries([['cookie', cookie], ...Object.entries(rest).reverse()]))
        return true
      }
      const site = new Site({ store }, (req, res) => (Object.assign(data(req), { a: 1, b: 2 }), req.session.save(endWith(res))))
      expect((await site.visitor().get()).text).to.equal('done')
      expect(stored(store)).to.include({ a: 1, b: 2 })
    })

    for (const [how, before] of Object.entries({
      'and its reply is lost': (callback: ResultCallback<Outcome>) => callback(new Error('connection lost')),
      'and the store refuses': (callback: ResultCallback<Outcome>) => callback(null, { ok: false }),
    })) {
      it(`is an error if the ID belongs to another session, ${how}, and that session is neither shown nor changed`, async () => {
        const store = new ComparingStore()
        store.before = (id, _session, _version, callback) => {
          store.sessions[id] = '{"cookie":{"originalMaxAge":null,"expires":null},"user":"eve"}'
          before(callback)
          return true
        }
        const visitor = new Site({ store }, HANDLERS).visitor()
        expect((await visitor.get('/save')).text).to.equal('failed: session id is in use')
        expect(visitor.cookie).to.equal('')
        expect(stored(store)).to.deep.include({ user: 'eve' }).and.not.have.property('saved')
      })
    }

    it('is looked up again if the read has failed', async () => {
      class Losing extends ComparingStore {
        lost = 2

        override get(...asked: Parameters<TracingStore['get']>): void {
          if (this.lost-- > 0) asked[1](new Error('connection lost'))
          else super.get(...asked)
        }

        // Next to `get`: an ability counts only if it is on the same class as `get`
        override compareAndSet(...asked: CompareAndSet): void {
          super.compareAndSet(...asked)
        }
      }
      const store = new Losing()
      store.before = (id, session, _, callback) => {
        store.before = undefined
        set.call(store, id, session, () => callback(new Error('connection lost')))
        return true
      }
      expect((await new Site({ store }, HANDLERS).visitor().get('/save')).text).to.equal('done')
      expect(await store.count()).to.equal(1)
    })

    it('is attempted three times at most, and fails with the error of the store', async () => {
      const { text, store } = await lost([false, false, false])
      expect(text).to.equal('failed: connection lost')
      // The end of the request tries again
      expect(stored(store)).to.include({ saved: true })
    })

    it('is recognised by the next save after an error', async () => {
      const { text, store, errors } = await lost([false, false, true])
      expect([text, errors]).to.deep.equal(['failed: connection lost', []])
      expect(stored(store)).to.include({ saved: true })
    })
  })

  it('of an existing session is not repeated: another request may have written the same data', async () => {
    const { visitor, store } = await known(new ComparingStore())
    store.trace()
    store.before = (id, session, _, callback) => {
      store.before = undefined
      set.call(store, id, session, () => callback(new Error('connection lost')))
      return true
    }
    expect((await visitor.get('/update')).text).to.equal('failed: connection lost')
    expect(store.trace().filter(call => call === 'compareAndSet')).to.have.length(1)
  })

  it('fails if the store repeatedly refuses the version that its get has returned', async () => {
    const { visitor, store, site } = await known(new ComparingStore())
    store.trace()
    store.before = (_id, _session, _version, callback) => (callback(null, { ok: false }), true)
    await visitor.get('/update')
    expect(store.trace().length).to.be.below(60)
    expect((await visitor.get('/update')).text).to.match(/^failed: store refuses the version/)
    await visitor.get()
    await turns(2)
    expect(site.errors).to.have.length(1)
    expect(site.errors[0]).to.have.property('code', 'ERR_STORE_REFUSES_VERSION')
  })

  it('is repeated as long as other requests change the record', async () => {
    const { visitor, store } = await known(new ComparingStore())
    let refused = 0
    store.before = (_id, _session, _version, callback) => {
      if (refused === 40) return false
      change(store, { theirs: ++refused })
      callback(null, { ok: false })
      return true
    }
    expect((await visitor.get('/update')).text).to.equal('done')
    expect(stored(store)).to.include({ n: 1, theirs: 40 })
  })

  for (const [what, outcome] of Object.entries({ nothing: undefined, true: true, 'an object without ok': { version: 1 } })) {
    it(`${what} is an invalid result of compareAndSet, and an error`, async () => {
      const { site, visitor, store } = await known(new ComparingStore())
      store.before = (_id, _session, _version, callback) => (callback(null, outcome as never), true)
      expect((await visitor.get()).text).to.equal('2')
      await turns(2)
      expect(site.errors.map(err => err.message)).to.deep.equal(['store.compareAndSet must answer { ok, version }'])
    })
  }

  it('uses set if the app has replaced it on the store', async () => {
    const { visitor, store } = await known(new ComparingStore())
    store.trace()
    const calls: string[] = []
    store.set = (id, data, callback) => {
      calls.push('mine')
      set.call(store, id, data, callback)
    }
    await visitor.get()
    expect([calls, store.trace()]).to.deep.equal([['mine'], ['get']])
  })

  it('uses set if it was replaced on the class', async () => {
    const prototype = session.MemoryStore.prototype as { set: typeof set }
    const calls: string[] = []
    prototype.set = function (...asked: Parameters<typeof set>) {
      calls.push('theirs')
      set.apply(this, asked)
    }
    try {
      const visitor = new Site({ store: new session.MemoryStore() }, HANDLERS).visitor()
      await visitor.get()
      expect((await visitor.get()).text).to.equal('2')
    } finally {
      prototype.set = set
    }
    expect(calls).to.deep.equal(['theirs', 'theirs'])
  })

  it('uses set with concurrency off', async () => {
    const { visitor, store } = await known(new ComparingStore(), { concurrency: 'off' })
    await visitor.get()
    expect(store.trace()).to.deep.equal(['set', 'get', 'set'])
  })

  it('uses set for a session that the app has loaded itself', async () => {
    const store = new ComparingStore()
    const site = new Site({ store }, (req, res) => {
      if (req.url === '/') return count(req, res)
      const [id] = Object.keys(store.sessions) as [string]
      store.get(id, (_, record) => {
        Object.assign(req, { sessionID: id })
        store.createSession(req, record as SessionData)
        count(req, res)
      })
    })
    await site.get('/')
    expect((await site.get('/theirs')).text).to.equal('2')
    expect(stored(store)).to.include({ views: 2 })
  })
})

describe('core: a write that is refused repeatedly', () => {
  useServers()
  const timers = useTimers()

  it('is repeated eight times at once, and then with pauses, until it succeeds', async () => {
    const { visitor, store } = await known(new ComparingStore())
    let refusals = 0
    store.before = () => void (++refusals <= 20 && change(store, { theirs: refusals }))
    const answer = visitor.get().then(res => res.text)
    while (refusals < 9) await turns(1)
    await turns()
    expect([refusals, timers.pending()]).to.deep.equal([9, 2])
    while (refusals <= 20) (timers.turn(32), await turns(1))
    expect(await answer).to.equal('2')
    expect(stored(store)).to.include({ views: 2, theirs: 20 })
    expect(timers.pending()).to.equal(0)
  })

  it('fails after storeTimeout', async () => {
    const { site, visitor, store } = await known(new ComparingStore(), { storeTimeout: 500 })
    let refusals = 0
    store.before = () => change(store, { theirs: ++refusals })
    const answer = visitor.get().then(res => res.status)
    while (refusals < 9) await turns(1)
    await turns()
    timers.turn(500)
    expect(await answer).to.equal(200)
    await turns()
    expect(site.errors.map(err => err.message)).to.deep.equal(['store did not answer within 500 ms'])
    expect(timers.pending()).to.equal(0)
  })
})

describe('core: a write to a store with update', () => {
  it('uses update, except for a new session', async () => {
    const { visitor, store } = await known(new UpdatingStore())
    await visitor.get()
    expect(store.trace()).to.deep.equal(['set', 'get', 'update'])
    expect(stored(store)).to.include({ views: 2 })
  })

  it('is dropped if the session has been destroyed', async () => {
    const { site, visitor, store } = await known(new UpdatingStore())
    store.before = id => store.destroy(id)
    await visitor.get()
    expect(stored(store)).to.equal(null)
    expect(site.errors).to.deep.equal([])
  })

  it('of an update fails if the session has been destroyed', async () => {
    const { visitor, store } = await known(new UpdatingStore())
    store.before = id => store.destroy(id)
    expect((await visitor.get('/update')).text).to.equal('failed: failed to load session')
    expect(stored(store)).to.equal(null)
  })

  it('uses set if the update method has another contract', async () => {
    class Other extends TracingStore {
      override update(_id: string, _session: SessionData, callback: ResultCallback<boolean>): void {
        this.calls.push('update')
        callback()
      }
    }
    const { visitor, store } = await known(new Other())
    store.trace()
    await visitor.get()
    await visitor.get()
    expect(store.trace()).to.deep.equal(['get', 'update', 'set', 'get', 'set'])
  })
})
