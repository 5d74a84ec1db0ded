import { expect } from 'chai'
import { authenticated, info, MemoryStore } from '../../lib'
import { useClock } from '../support/clock'
import { EngineStore } from '../support/engine-store'
import { count, data, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { siteOn, type Site } from '../support/site'
import type { Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const HOUR = 3_600_000

interface Shared {
  /** A store of another process. */
  readonly stores: readonly [Store, Store]
}

const versioned = (): Shared => {
  const records = new Map()
  return { stores: [new VersionedStore(records), new VersionedStore(records)] }
}

const one = (store: Store): Shared => ({ stores: [store, store] })

const STORES: Readonly<Record<string, () => Shared>> = {
  MemoryStore: () => one(new MemoryStore()),
  'a plain store in one process': () => one(new EngineStore({ touch: 'ttl', expires: true }).asStore),
  'a store that compares, between two processes': versioned,
}

onEachHost('session: authenticated', host => {
  const clock = useClock()

  for (const [what, make] of Object.entries(STORES)) {
    it(`is not undone by a request that read the session before, on ${what}`, async () => {
      let goOn = (): void => {}
      let arrived = (): void => {}
      const isIn = new Promise<void>(resolve => (arrived = resolve))
      const handlers = routes({
        '/': count,
        '/slow': async (req, res) => {
          arrived()
          await new Promise<void>(resolve => (goOn = resolve))
          data(req).slow = true
          res.end()
        },
        '/again': async (req, res) => res.end(String(await authenticated(req))),
        '/info': (req, res) => res.end(JSON.stringify([info(req), data(req).slow])),
      })
      const [here, there] = make().stores.map(store => siteOn(host, { store, absoluteTimeout: HOUR }, handlers)) as [Site, Site]
      const client = here.browser()
      await client.get()
      clock.turn(HOUR / 2)
      const slow = client.get('/slow')
      await isIn
      await client.at(there.server).get('/again')
      goOn()
      await slow
      const [known, isSlow] = JSON.parse((await client.get('/info')).text) as [{ authenticatedAt: string; createdAt: string }, boolean]
      expect([known.authenticatedAt, isSlow]).to.deep.equal([new Date(clock.now()).toISOString(), true])
      expect(known.createdAt).to.equal(new Date(clock.now() - HOUR / 2).toISOString())
    })
  }

  it('is taken back if it cannot be stored', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: true })
    const handlers = routes({
      '/': count,
      '/again': async (req, res) => {
        const before = info(req)
        const { set } = store
        store.set = (_id, _data, done) => done(new Error('down'))
        const failed = await authenticated(req).catch((err: Error) => err.message)
        store.set = set
        res.end(JSON.stringify([failed, before?.authenticatedAt.valueOf() === info(req)?.authenticatedAt.valueOf()]))
      },
    })
    const client = siteOn(host, { store: store.asStore, absoluteTimeout: HOUR }, handlers).browser()
    await client.get()
    clock.turn(1)
    expect((await client.get('/again')).text).to.equal('["down",true]')
  })

  for (const originalMaxAge of [null, false, undefined]) {
    it(`does not end a session whose record has an end, and the lifetime ${originalMaxAge}`, async () => {
      const store = new EngineStore({ touch: 'ttl', expires: true })
      const cookie = { originalMaxAge, expires: new Date(clock.now() + HOUR), path: '/', httpOnly: true }
      store.set('from-before', { cookie, views: 1 } as never, () => {})
      const handlers = routes({ '/': count, '/again': async (req, res) => (await authenticated(req), res.end()) })
      const client = siteOn(host, { store: store.asStore, absoluteTimeout: HOUR }, handlers).visitor()
      client.cookie = host.cookie('from-before')
      await client.get('/again')
      expect((await client.get()).text).to.equal('2')
    })
  }

  it('merges the first save of a session from before with that of another request: one handle', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: true })
    const handlers = routes({ '/': count, '/info': (req, res) => res.end(info(req)?.handle) })
    const client = siteOn(host, { store: store.asStore }, handlers).browser()
    await client.get()
    const later = client.at(siteOn(host, { store: store.asStore, absoluteTimeout: HOUR }, handlers).server)
    await Promise.all([later.get(), later.get(), later.get()])
    const { '~': marks } = store.record as never as { '~': { h: string } }
    expect((await later.get('/info')).text).to.equal(marks.h)
  })
})

describe('session.info', () => {
  it('knows nothing of a request without a session', async () => {
    expect(info({} as never)).to.equal(undefined)
    const err = await authenticated({} as never).catch((err: unknown) => err as Error)
    expect(String(err)).to.match(/use the session middleware first/)
  })
})
