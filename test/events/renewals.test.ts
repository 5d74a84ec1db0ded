import { expect } from 'chai'
import session = require('../../lib')
import { useClock } from '../support/clock'
import { count, data, endWith, routes, show, shown } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { siteOn, type Handler, type Req, type Site, type Visitor } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { EventLog } from './log'
import { ComparingStore, PlainStore, STORES, type StoreName } from './stores'

const HOUR = 3_600_000
const GRACE = 10_000

const renewed = async (req: Req, options?: object): Promise<void> =>
  (req.session as unknown as { regenerate(options?: object): Promise<void> }).regenerate(options)

/** A handler that waits for other requests. */
class Gate {
  #begun = (): void => {}
  #goOn = Promise.resolve()

  /** @param meanwhile runs while the request waits */
  async during(visit: () => Promise<unknown>, meanwhile: () => Promise<unknown>): Promise<void> {
    let go = (): void => {}
    const begun = new Promise<void>(resolve => (this.#begun = resolve))
    this.#goOn = new Promise<void>(resolve => (go = resolve))
    const visited = visit()
    await begun
    await meanwhile()
    go()
    await visited
  }

  handler(act: Handler): Handler {
    return async (req, res) => {
      this.#begun()
      await this.#goOn
      await act(req, res)
    }
  }
}

const gate = new Gate()
const HANDLERS = routes({
  '/': count,
  '/read': show,
  '/id': (req, res) => res.end(req.sessionID),
  '/handle': (req, res) => res.end(session.info(req)?.handle),
  '/keep': async (req, res) => (await renewed(req, { keep: true }), res.end()),
  '/login': async (req, res) => (await renewed(req), Object.assign(data(req), { user: 'ada' }), res.end()),
  '/login-keep': async (req, res) => (Object.assign(data(req), { user: 'ada' }), await renewed(req, { keep: true }), res.end()),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
  '/logout-slow': gate.handler((req, res) => req.session.destroy(endWith(res))),
  '/login-slow': gate.handler(async (req, res) => (await renewed(req), res.end())),
  '/read-slow': gate.handler(show),
})

onEachHost('events of renewals', host => {
  const clock = useClock()
  const log = new EventLog()
  beforeEach(() => void log.take())

  const optionsFor = (store: unknown, more: Partial<SessionOptions> = {}): Partial<SessionOptions> => ({
    ...{ store: store as Store, resave: false, saveUninitialized: false, on: log.on as never, renewAfter: HOUR },
    ...more,
  })
  const start = (store: unknown, more?: Partial<SessionOptions>): Site => siteOn(host, optionsFor(store, more), HANDLERS)
  const sameCookie = (client: Visitor, site: Site): Visitor => Object.assign(site.visitor(), { cookie: client.cookie })

  for (const name of Object.keys(STORES) as StoreName[]) {
    describe(name, () => {
      it('renewAfter tells `renewed` once, with the handle, the data and the request', async () => {
        const client = start(STORES[name]()).visitor()
        await client.get()
        const { text: handle } = await client.get('/handle')
        expect(log.take()).to.deep.equal(['created'])
        clock.turn(HOUR)
        const { text: before } = await client.get('/id')
        expect((await client.get('/handle')).text).to.equal(handle)
        expect(log.events).to.have.length(1)
        const [event] = log.events
        expect(event).to.deep.include({ event: 'renewed', why: 'renewed', handle, data: { views: 1 }, userId: undefined })
        expect((event?.req as { url: string }).url).to.equal('/id')
        const { req: _, ctx: __, ...told } = event as object & { req: unknown; ctx?: unknown }
        for (const id of [before, (await client.get('/id')).text]) expect(JSON.stringify(told)).to.not.contain(id)
        log.take()
        await client.get('/logout')
        expect(log.events.map(({ event, handle }) => [event, handle])).to.deep.equal([['ended', handle]])
      })

      it('a request that is led to the new ID is not reused', async () => {
        const site = start(STORES[name]())
        const client = site.visitor()
        await client.get()
        const other = sameCookie(client, site)
        clock.turn(HOUR)
        await Promise.all([client.get(), other.get()])
        await sameCookie(client, site).get()
        expect(log.take()).to.deep.equal(['created', 'renewed: renewed'])
      })

      for (const path of ['/keep', '/login-keep', '/login']) {
        it(`a request with the ID before ${path} is reused, with the handle of that session`, async () => {
          const site = start(STORES[name]())
          const client = site.visitor()
          await client.get()
          const { text: handle } = await client.get('/handle')
          const other = sameCookie(client, site)
          await client.get(path)
          log.take()
          await other.get('/read')
          expect(log.events).to.have.length(1)
          expect(log.events[0]).to.deep.include({ event: 'reused', why: 'renewed', handle, data: undefined, omitted: 0 })
          expect((log.events[0]?.req as { url: string }).url).to.equal('/read')
        })
      }

      it('a request with the earlier ID of a session that has ended is unknown', async () => {
        const site = start(STORES[name]())
        const client = site.visitor()
        await client.get()
        const other = sameCookie(client, site)
        clock.turn(HOUR)
        await client.get()
        await client.get('/logout')
        log.take()
        await other.get('/read')
        expect(log.take()).to.deep.equal(['unknown'])
      })

      it('after the grace it is reused if the store still has its record, and otherwise unknown', async () => {
        const site = start(STORES[name]())
        const client = site.visitor()
        await client.get()
        const { text: handle } = await client.get('/handle')
        const other = sameCookie(client, site)
        clock.turn(HOUR)
        await client.get()
        clock.turn(GRACE)
        log.take()
        expect(shown((await other.get('/read')).text)).to.deep.equal({})
        const told = name === 'MemoryStore' ? ['unknown', undefined] : ['reused', handle]
        expect(log.events.map(({ event, handle }) => [event, handle])).to.deep.equal([told])
      })
    })
  }

  it('reused and unknown are told ten times in a second at most, together', async () => {
    const site = start(new PlainStore())
    const client = site.visitor()
    await client.get()
    const other = sameCookie(client, site)
    await client.get('/keep')
    log.take()
    for (let visits = 0; visits < 12; visits++) await other.get('/read')
    expect(log.events).to.have.length(10)
    clock.turn(1000)
    await other.get('/read')
    expect(log.events[10]).to.deep.include({ event: 'reused', omitted: 2 })
  })

  const PLACES: Readonly<Record<string, () => [unknown, unknown]>> = {
    'a store that compares': () => {
      const store = new ComparingStore()
      return [store, new ComparingStore(store.records)]
    },
    'a plain store': () => {
      const store = new PlainStore()
      return [store, new PlainStore(store.records)]
    },
  }
  for (const [where, place] of Object.entries(PLACES)) {
    for (const hashIds of [undefined, true] as const) {
      describe(`two processes on ${where}${hashIds ? ', with hashed IDs' : ''}`, () => {
        interface Rig {
          readonly here: Visitor
          readonly there: Visitor
          readonly handle: string
          readonly options: Partial<SessionOptions>
        }
        const begin = async (): Promise<Rig> => {
          const [one, other] = place()
          const options = optionsFor(other, { hashIds } as never)
          const here = start(one, { hashIds } as never).visitor()
          await here.get()
          const { text: handle } = await here.get('/handle')
          log.take()
          return { here, there: sameCookie(here, siteOn(host, options, HANDLERS)), handle, options }
        }
        const ends = (): unknown[] =>
          log.events.filter(({ event }) => event === 'ended').map(({ why, handle, data }) => ({ why, handle, ...data }))

        for (const [path, seen] of Object.entries({ '/': { views: 2 }, '/keep': { views: 1 }, '/login-keep': { views: 1, user: 'ada' } })) {
          it(`a logout of a request that has read the session before its renewal ends it once: ${path}`, async () => {
            const { here, there, handle } = await begin()
            await gate.during(
              async () => there.get('/logout-slow'),
              async () => {
                if (path === '/') clock.turn(HOUR)
                await here.get(path)
              },
            )
            const [end, ...others] = ends() as { views: number }[]
            expect([end?.views && { ...end, views: 0 }, others]).to.deep.equal([
              { ...{ why: 'logout', handle, views: 0 }, ...(where === 'a store that compares' && 'user' in seen && { user: 'ada' }) },
              [],
            ])
            if (where === 'a store that compares') expect(end).to.deep.equal({ why: 'logout', handle, ...seen })
            log.take()
            await here.get('/logout')
            expect(log.take()).to.deep.equal(['unknown'])
          })
        }

        for (const [what, path] of [
          ['two logouts after a renewal, with either ID, tell of one end', '/logout-slow'],
          ['regenerate of a request whose session has been renewed and ended tells of one end', '/login-slow'],
        ] as const) {
          it(what, async () => {
            const { here, there } = await begin()
            await gate.during(
              async () => there.get(path),
              async () => {
                clock.turn(HOUR)
                await here.get()
                await here.get('/logout')
              },
            )
            expect(ends()).to.have.length(where === 'a plain store' ? 2 : 1)
          })
        }

        for (const path of ['/keep', '/login-keep']) {
          it(`a logout with the ID before ${path} tells of the end of the session in its place`, async () => {
            const { here, there, handle } = await begin()
            await here.get(path)
            await there.get('/logout')
            const user = path === '/login-keep' && { user: 'ada' }
            expect(ends()).to.deep.equal([{ why: 'logout', handle, views: 1, ...user }])
            expect(shown((await here.get('/read')).text)).to.deep.equal({})
          })
        }

        it('a logout with the ID before a login that kept nothing ends, and tells, nothing more', async () => {
          const { here, there, handle } = await begin()
          await here.get('/login')
          expect(ends()).to.deep.equal([{ why: 'renewed', handle, views: 1 }])
          log.take()
          await there.get('/logout')
          expect(ends()).to.deep.equal([])
          expect(shown((await here.get('/read')).text)).to.deep.equal({ user: 'ada' })
        })

        it('two requests that find a session over tell of one end', async () => {
          const [one, other] = place()
          const limited = { renewAfter: undefined, absoluteTimeout: HOUR, hashIds } as never
          const here = start(one, limited).visitor()
          await here.get()
          const there = sameCookie(here, start(other, limited))
          clock.turn(HOUR)
          await Promise.all([here.get('/read'), there.get('/read')])
          expect(ends()).to.have.length(where === 'a plain store' ? 2 : 1)
        })

        it('sessions.end with an earlier ID tells of the end, once', async () => {
          const { here, there, handle, options } = await begin()
          const id = (await there.get('/id')).text
          clock.turn(HOUR)
          await here.get()
          const sessions = sessionsOn(host, options)
          await sessions.end(id)
          await sessions.end(id)
          expect(ends()).to.deep.equal([{ why: 'logout', handle, views: 2 }])
          expect(shown((await here.get('/read')).text)).to.deep.equal({})
        })
      })
    }
  }
})
