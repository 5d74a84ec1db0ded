import { expect } from 'chai'
import { useClock } from '../support/clock'
import { data, routes, show, shown } from '../support/handlers'
import { Site, type Req } from '../support/site'
import { session, type SessionData } from '../support/subject'

type Found = (err?: unknown, found?: SessionData) => void

const MINUTE = 60_000

/** A store without compareAndSet, whose touch writes the record. */
class PlainStore extends session.Store {
  readonly #memory = new session.MemoryStore()

  override get(id: string, callback: Found): void {
    void this.#memory.get(id, callback as never)
  }

  override set(id: string, record: SessionData, callback: () => void): void {
    this.#memory.set(id, record, callback)
  }

  override destroy(id: string, callback: () => void): void {
    this.#memory.destroy(id, callback)
  }

  override touch(id: string, record: SessionData, callback: () => void): void {
    this.#memory.touch(id, record, callback)
  }
}

/** A store that keeps the end of a session beside its record, as those for Redis do: a touch moves only that. A record that has ended is removed. */
class KeyStore extends session.Store {
  readonly #records = new Map<string, { text: string; end: number }>()

  override get(id: string, callback: Found): void {
    const kept = this.#records.get(id)
    setImmediate(callback, null, kept && kept.end > Date.now() ? JSON.parse(kept.text) : undefined)
  }

  override set(id: string, record: SessionData, callback: () => void): void {
    const end = Number(record.cookie.expires)
    if (end > Date.now()) this.#records.set(id, { text: JSON.stringify(record), end })
    else this.#records.delete(id)
    setImmediate(callback)
  }

  override destroy(id: string, callback: () => void): void {
    this.#records.delete(id)
    setImmediate(callback)
  }

  override touch(id: string, record: SessionData, callback: () => void): void {
    const kept = this.#records.get(id)
    if (kept) kept.end = Number(record.cookie.expires)
    setImmediate(callback)
  }
}

const STORES = { MemoryStore: session.MemoryStore, 'a plain store': PlainStore, 'a store with its own ends': KeyStore }

const save = async (live: { save(callback: (err?: unknown) => void): unknown }): Promise<void> =>
  new Promise((resolve, reject) => live.save(err => (err ? reject(err as Error) : resolve())))

type Stop = () => Promise<void>

/** Stops after the session was read, saves it, and stops again before the response. */
async function savesEarly(req: Req, stop: Stop): Promise<void> {
  await stop()
  data(req).slow = true
  await save(req.session)
  await stop()
}

describe('session: the end of a session that is saved before the response', () => {
  const clock = useClock()

  for (const [kind, Store] of Object.entries(STORES)) {
    /** A client that has logged in, and requests that stop until the test lets them go on. */
    const begin = async (
      acts: Record<string, (req: Req, stop: Stop) => Promise<void>>,
    ): Promise<{ get: (path: string) => Promise<string>; stopped: (path: string) => Promise<() => void> }> => {
      const stops = new Map<string, () => void>()
      const watchers = new Map<string, () => void>()
      const stopAt = async (path: string): Promise<void> =>
        new Promise(resolve => {
          stops.set(path, resolve)
          watchers.get(path)?.()
        })
      const handlers = Object.entries(acts).map(([path, act]) => [
        path,
        async (req: Req, res: { end(): void }) => (await act(req, async () => stopAt(path)), res.end()),
      ])
      const site = new Site(
        { store: new Store() as never, cookie: { maxAge: MINUTE } },
        routes({ '/login': (req, res) => ((data(req).user = 'ada'), res.end()), '/show': show, ...Object.fromEntries(handlers) }),
      )
      const visitor = site.visitor()
      await visitor.get('/login')
      return {
        get: async path => (await visitor.get(path)).text,
        stopped: async path => {
          if (!stops.has(path)) await new Promise<void>(resolve => watchers.set(path, resolve))
          const goOn = stops.get(path) as () => void
          stops.delete(path)
          return goOn
        },
      }
    }

    /** A slow request has read the session, a fast one has changed it since, and the slow one has saved it. It has not responded yet. */
    const overlapped = async (): Promise<{ get: (path: string) => Promise<string>; respond: () => Promise<unknown> }> => {
      const { get, stopped } = await begin({ '/slow': savesEarly, '/fast': async req => void (data(req).fast = true) })
      clock.turn(50_000)
      const slow = get('/slow')
      const goOn = await stopped('/slow')
      await get('/fast')
      goOn()
      const end = await stopped('/slow')
      return { get, respond: async () => (end(), slow) }
    }

    it(`is moved at the end of the request, although another request has saved it meanwhile: ${kind}`, async () => {
      const { get, respond } = await overlapped()
      await respond()
      clock.turn(50_000)
      expect(shown(await get('/show'))).to.deep.equal({ user: 'ada', fast: true, slow: true })
    })

    it(`is not set back by the save of a request that has read an earlier end: ${kind}`, async () => {
      const { get, respond } = await overlapped()
      clock.turn(20_000)
      const text = await get('/show')
      await respond()
      expect(shown(text)).to.deep.equal({ user: 'ada', fast: true, slow: true })
    })

    it(`is moved by a request that only reads, although another one has saved it early: ${kind}`, async () => {
      const { get, stopped } = await begin({ '/slow': savesEarly, '/reads': async (_, stop) => stop() })
      clock.turn(50_000)
      const [slow, reads] = [get('/slow'), get('/reads')]
      const [goOn, read] = [await stopped('/slow'), await stopped('/reads')]
      goOn()
      const end = await stopped('/slow')
      read()
      await reads
      clock.turn(20_000)
      const text = await get('/show')
      end()
      await slow
      expect(shown(text)).to.deep.equal({ user: 'ada', slow: true })
    })

    it(`is moved if another object of the session was saved: ${kind}`, async () => {
      const { get } = await begin({ '/act': async req => save(new session.Session(req, { ...req.session, extra: 1 })) })
      clock.turn(50_000)
      await get('/act')
      clock.turn(50_000)
      expect(shown(await get('/show'))).to.deep.equal({ user: 'ada', extra: 1 })
    })

    it(`may be passed in the record, if touches have kept the session alive: ${kind}`, async () => {
      const { get } = await begin({
        '/act': async req => {
          data(req).extra = 1
          await save(req.session)
        },
      })
      for (const _ of [1, 2]) {
        clock.turn(50_000)
        await get('/show')
      }
      await get('/act')
      expect(shown(await get('/show'))).to.deep.equal({ user: 'ada', extra: 1 })
    })

    it(`stays passed if the app has set a lifetime that is over: ${kind}`, async () => {
      const { get } = await begin({
        '/act': async req => {
          req.session.cookie.maxAge = -1
          await save(req.session)
        },
      })
      await get('/act')
      expect(shown(await get('/show'))).to.deep.equal({})
    })
  }
})
