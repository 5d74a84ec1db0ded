import { expect } from 'chai'
import { authenticated, MemoryStore } from '../../lib'
import { useClock } from '../support/clock'
import { ENGINES, EngineStore } from '../support/engine-store'
import { count, data, routes, show, shown } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import type { Browser } from '../support/browser'
import { siteOn, type Handler, type Site } from '../support/site'
import type { Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const MINUTE = 60_000
const IDLE = 30 * MINUTE

const STORES: Readonly<Record<string, () => Store>> = {
  MemoryStore: () => new MemoryStore(),
  'a store that compares': () => new VersionedStore(new Map()),
  ...Object.fromEntries(Object.entries(ENGINES).map(([what, engine]) => [what, () => new EngineStore(engine).asStore])),
}

onEachHost('options: activity', host => {
  const clock = useClock()
  let goOn = (): void => {}
  let arrived = (): void => {}

  /** A handler that goes on when the test says so. */
  const heldUp =
    (act: Handler): Handler =>
    async (req, res) => {
      arrived()
      await new Promise<void>(resolve => (goOn = resolve))
      return act(req, res)
    }

  /** Requests the slow path, and the fast one meanwhile. */
  const overlap = async (client: Browser, slow: string, fast: string): Promise<void> => {
    const isIn = new Promise<void>(resolve => (arrived = resolve))
    const waiting = client.get(slow)
    await isIn
    await client.get(fast)
    goOn()
    await waiting
  }

  const siteWith = (store: Store): Site =>
    siteOn(
      host,
      { store, idleTimeout: IDLE, activity: req => !String(req.url).startsWith('/poll') },
      routes({
        '/': count,
        '/read': show,
        '/slow/read': heldUp(show),
        '/poll': show,
        '/poll/slow': heldUp((req, res) => {
          data(req).slow = true
          res.end()
        }),
        '/poll/change': count,
        '/poll/again': async (req, res) => res.end(String(await authenticated(req))),
      }),
    )

  for (const [what, make] of Object.entries(STORES)) {
    for (const [does, path] of Object.entries({ reads: '/read', changes: '/' })) {
      it(`a request that is none takes nothing back of one that ${does} the session meanwhile, on ${what}`, async () => {
        const client = siteWith(make()).browser()
        await client.get()
        clock.turn(IDLE - MINUTE)
        await overlap(client, '/poll/slow', path)
        clock.turn(IDLE - 2 * MINUTE)
        expect(shown((await client.get('/poll')).text)).to.include({ slow: true })
      })
    }

    it(`a request that is none and changes the session meanwhile does not keep another from moving the end, on ${what}`, async () => {
      const client = siteWith(make()).browser()
      await client.get()
      clock.turn(IDLE - MINUTE)
      await overlap(client, '/slow/read', '/poll/change')
      clock.turn(IDLE - 2 * MINUTE)
      expect(shown((await client.get('/poll')).text)).to.include({ views: 2 })
    })

    it(`a request that is none does not keep another from moving the end, on ${what}`, async () => {
      const client = siteWith(make()).browser()
      await client.get()
      for (let half = 0; half < 50; half++) {
        clock.turn(MINUTE / 2)
        await client.get('/poll/change')
      }
      await client.get('/read')
      clock.turn(IDLE - 2 * MINUTE)
      expect(shown((await client.get('/poll')).text)).to.include({ views: 51 })
    })

    it(`authenticated counts in every request, on ${what}`, async () => {
      const client = siteWith(make()).browser()
      await client.get()
      clock.turn(IDLE - MINUTE)
      await client.get('/poll/again')
      clock.turn(IDLE - 2 * MINUTE)
      expect(shown((await client.get('/poll')).text)).to.include({ views: 1 })
    })
  }

  it('authenticated does not count if it could not be stored', async () => {
    const store = new EngineStore({ touch: 'none', expires: true })
    const handlers = routes({
      '/': count,
      '/poll/again': async (req, res) => {
        const { set } = store
        store.set = (_id, _data, done) => done(new Error('down'))
        await authenticated(req).catch(() => {})
        store.set = set
        return count(req, res)
      },
    })
    const options = { store: store.asStore, idleTimeout: IDLE, activity: (req: { url?: string }) => !String(req.url).startsWith('/poll') }
    const client = siteOn(host, options, handlers).browser()
    await client.get()
    clock.turn(IDLE - MINUTE)
    expect((await client.get('/poll/again')).text).to.equal('2')
    clock.turn(MINUTE)
    expect((await client.get()).text).to.equal('1')
  })
})
