import { expect } from 'chai'
import { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { deserialize, serialize, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { clientFor } from '../../lib/core/store/store-clients'
import { data } from '../support/handlers'
import { ShufflingStore } from '../support/shuffling-store'
import { QUIET, type Handler, type Req } from '../support/site'
import { session, type SessionData } from '../support/subject'
import { TracingStore } from '../support/tracing-store'
import { useServers } from '../support/wire'
import { ID, Meeting as ConnectMeeting, onEachHost, record } from './requests'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types would be added to those of our own requests
const original = require('express-session') as typeof session

/** Runs two overlapping requests: `slow` reads the session before `fast` begins, and goes on when that has its response. */
async function overlap(
  Meeting: typeof ConnectMeeting,
  store: ShufflingStore,
  slow: Handler,
  fast: Handler,
  options: object = {},
  known = record({ known: true }),
) {
  let reads = (): void => {}
  let goOn = (): void => {}
  const hasRead = new Promise<void>(resolve => (reads = resolve))
  const released = new Promise<void>(resolve => (goOn = resolve))
  const meeting = new Meeting(
    store,
    async (req, res) => {
      if (req.url === '/fast') return fast(req, res)
      reads()
      await released
      return slow(req, res)
    },
    options,
    known,
  )
  const waiting = meeting.ask('/slow')
  await hasRead
  await meeting.ask('/fast')
  goOn()
  return { meeting, cookie: await waiting }
}

/** A store from another copy of the package, with the records of one of this copy; its destroy is slow. */
function foreign(store: ShufflingStore): never {
  class Foreign extends original.Store {
    get = store.get.bind(store)
    set = store.set.bind(store)
    destroy(id: string, done: () => void): void {
      void store.turn().then(() => store.destroy(id, done))
    }
  }
  return new Foreign() as never
}

const held = (store: object): number => clientFor(store as never).activeSessions.size

const called = async (act: (done: () => void) => unknown): Promise<void> => new Promise(resolve => void act(resolve))

onEachHost('concurrency: corner cases', (Meeting, { keepsAlive }) => {
  useServers()

  for (const [what, end] of Object.entries({
    destroy: (req: Req) => called(done => req.session.destroy(done)),
    regenerate: (req: Req) => called(done => req.session.regenerate(done)),
  })) {
    it(`a session object from before its ${what} is not stored again`, async () => {
      const store = new ShufflingStore(1)
      const meeting = new Meeting(store, async (req, res) => {
        const kept = req.session
        await end(req)
        if (req.session) await called(done => ((data(req).user = 'ada'), req.session.save(done)))
        await called(done => kept.save(done))
        res.end()
      })
      await meeting.ask('/')
      expect(meeting.stored).to.equal(undefined)
    })
  }

  for (const first of [1, 26, 51, 76]) {
    it(`a regenerate of a store from another copy of the package is final, in orders ${first} to ${first + 24}`, async () => {
      for (let order = first; order < first + 25; order++) {
        const store = new ShufflingStore(order)
        const handler: Handler = async (req, res) => {
          await store.turn()
          if (req.url === '/end') return req.session.regenerate(() => res.end())
          data(req).late = true
          for (let turn = 0; turn < order % 10; turn++) await store.turn()
          res.end()
        }
        const meeting = new Meeting(store, handler, { store: foreign(store) })
        await meeting.askAll(['/write', '/end', '/write', '/write'])
        expect(meeting.stored, `order ${order}`).to.equal(undefined)
      }
    })
  }

  it('a returning session of such a store has all methods, even with data of the same names', async () => {
    const store = new ShufflingStore(1)
    const handler: Handler = async (req, res) => {
      await session.update(req, session => void ((session as unknown as Record<string, unknown>).n = 1))
      data(req).promised = req.session.save() instanceof Promise
      res.end()
    }
    const meeting = new Meeting(store, handler, { store: foreign(store) }, record({ save: 'daily' }))
    await meeting.ask('/')
    expect(meeting.stored).to.include({ n: 1, promised: true })
  })

  it('the cookie has the lifetime that is stored', async () => {
    const live = (ms: number) => (req: Req) => ((req.session.cookie.maxAge = ms), (data(req)[`for-${ms}`] = true))
    const { meeting, cookie } = await overlap(
      Meeting,
      new ShufflingStore(1),
      (req, res) => (live(60_000)(req), res.end()),
      (req, res) => (live(3_600_000)(req), res.end()),
    )
    expect((meeting.stored as unknown as SessionData).cookie.originalMaxAge).to.equal(60_000)
    expect(Date.parse(/expires=([^;]*)/i.exec(cookie ?? '')?.[1] ?? '') - Date.now()).to.be.within(50_000, 61_000)
  })

  it('a changed lifetime is not undone by a concurrent request', async () => {
    const { meeting } = await overlap(
      Meeting,
      new ShufflingStore(1),
      (req, res) => ((data(req).slow = true), res.end()),
      (req, res) => ((req.session.cookie.maxAge = 3_600_000), res.end()),
    )
    expect(meeting.stored).to.include({ slow: true })
    expect((meeting.stored as unknown as SessionData).cookie.originalMaxAge).to.equal(3_600_000)
  })

  it('an update that cannot be stored fails, and later changes are saved', async () => {
    const meeting = new Meeting(new ShufflingStore(1), async (req, res) => {
      data(req).n = 10n
      const said = await session
        .update(req, () => {})
        .then(
          () => 'done',
          (err: Error) => err.message,
        )
      delete data(req).n
      data(req).said = said
      res.end()
    })
    await meeting.ask('/')
    expect(meeting.stored?.said).to.include('BigInt')
  })

  it('an update that fails does not change the session and its cookie', async () => {
    const meeting = new Meeting(new ShufflingStore(1), async (req, res) => {
      await session
        .update(req, session => {
          Object.assign(session, { n: 1, known: false })
          if (session.cookie) session.cookie.maxAge = 5000
          throw new Error('no')
        })
        .catch(() => {})
      data(req).after = true
      res.end()
    })
    await meeting.ask('/')
    const { cookie, ...fields } = meeting.stored as unknown as SessionData
    expect(fields).to.deep.equal({ known: true, after: true })
    expect(cookie.originalMaxAge).to.equal(null)
  })

  it('a change during an update is kept', async () => {
    const meeting = new Meeting(new ShufflingStore(1), async (req, res) => {
      const done = session.update(req, session => {
        Object.assign(session, { count: 1, other: 1 })
        process.nextTick(() => (data(req).count = 99))
      })
      await done
      res.end()
    })
    await meeting.ask('/')
    expect(meeting.stored).to.include({ count: 99, other: 1 })
  })

  it('a merge keeps values that the store supports and JSON does not', async () => {
    class V8Store extends ShufflingStore {
      readonly kept = new Map<string, Buffer>()
      override get(id: string, callback: (err?: unknown, record?: SessionData | null) => void): void {
        setImmediate(() => callback(null, this.kept.has(id) ? (deserialize(this.kept.get(id) as Buffer) as SessionData) : record()))
      }
      override set(id: string, live: SessionData, callback?: (err?: unknown) => void): void {
        const cookie = { ...(live.cookie as unknown as { data: object }).data }
        this.kept.set(id, serialize({ ...live, cookie }))
        setImmediate(() => callback?.())
      }
    }
    const store = new V8Store(1)
    const at = new Date(0)
    await overlap(
      Meeting,
      store,
      (req, res) => ((data(req).slow = new Map([[1, at]])), res.end()),
      (req, res) => ((data(req).fast = at), res.end()),
    )
    expect(deserialize(store.kept.get(ID) as Buffer)).to.deep.include({ fast: at, slow: new Map([[1, at]]) })
  })

  it('concurrent reading requests share one touch', async () => {
    let touching = 0
    let most = 0
    let touches = 0
    class Counting extends ShufflingStore {
      override touch(id: string, live: SessionData, callback: (err?: unknown) => void = () => {}): void {
        touches++
        most = Math.max(most, ++touching)
        super.touch(id, live, () => (touching--, callback()))
      }
    }
    const store = new Counting(1)
    const meeting = new Meeting(store, async (_, res) => (await store.turn(), res.end()), keepsAlive)
    await meeting.askAll(Array.from({ length: 10 }, () => '/'))
    expect(most).to.equal(1)
    expect(touches).to.be.lessThan(10)
  })

  it('a save that fails does not keep another request from moving the end', async () => {
    const touched: SessionData[] = []
    class Failing extends ShufflingStore {
      override set(_id: string, _session: SessionData, callback: (err?: unknown) => void = () => {}): void {
        void this.turn().then(() => callback(new Error('no disk')))
      }
      override touch(id: string, live: SessionData, callback: (err?: unknown) => void = () => {}): void {
        touched.push(JSON.parse(JSON.stringify(live)) as SessionData)
        super.touch(id, live, callback)
      }
    }
    await overlap(
      Meeting,
      new Failing(1),
      (_, res) => res.end(),
      (req, res) => ((data(req).fast = true), res.end()),
      { ...keepsAlive, awaitTouch: true },
    )
    expect(touched.map(({ cookie: _, ...stored }) => stored)).to.deep.equal([{ known: true }])
  })

  it('two concurrent reloads do not hide a write between them', async () => {
    const store = new TracingStore()
    store.sessions = { [ID]: JSON.stringify(record({ n: 1 })) }
    const answers: (() => void)[] = []
    const get = store.get.bind(store)
    const meeting = new Meeting(
      store as never,
      async (req, res) => {
        if (req.url === '/fast') return ((data(req).fast = true), res.end())
        // Each call returns the record of the time of the call
        store.get = (id, callback) => get(id, (err, found) => void answers.push(() => callback(err, found)))
        const first = called(done => req.session.reload(done))
        store.get = get
        await meeting.ask('/fast')
        await called(done => req.session.reload(done))
        answers.forEach(answer => answer())
        await first
        data(req).slow = true
        res.end()
      },
      {},
      record({ n: 1 }),
    )
    await meeting.ask('/slow')
    expect(meeting.stored).to.include({ fast: true, slow: true })
  })

  it('with concurrency off, an update removes a key that was saved and deleted since the last one', async () => {
    const handler: Handler = async (req, res) => {
      await session.update(req, () => {})
      data(req).brief = true
      await req.session.save()
      delete data(req).brief
      await session.update(req, () => {})
      res.end()
    }
    const meeting = new Meeting(new ShufflingStore(1), handler, { concurrency: 'off' })
    await meeting.ask('/')
    expect(meeting.stored).to.include({ known: true }).and.not.have.property('brief')
  })

  it('with concurrency off, an update keeps the lifetime that the handler has set', async () => {
    const meeting = new Meeting(
      new ShufflingStore(1),
      async (req, res) => {
        req.session.cookie.maxAge = 3_600_000
        await session.update(req, () => {})
        res.end()
      },
      { concurrency: 'off' },
    )
    await meeting.ask('/')
    expect((meeting.stored as unknown as SessionData).cookie.originalMaxAge).to.equal(3_600_000)
  })
})

onEachHost('concurrency: after all requests', Meeting => {
  useServers()

  it('no session is in use after 1,000 requests that completed, were aborted, or failed', async () => {
    const store = new ShufflingStore(1)
    let turn = 0
    const meeting = new Meeting(store, async (req, res) => {
      await store.turn()
      const kind = turn++ % 4
      if (kind === 0) data(req).n = turn
      if (kind === 1) return void res.destroy()
      if (kind === 2) throw new Error('the handler’s')
      res.end()
    })
    meeting.site.server.on('request', (_, res) => void store.turn().then(() => res.end()))
    process.on('unhandledRejection', ignore)
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 50 }, async () => meeting.ask('/').catch(ignore)))
    }
    process.off('unhandledRejection', ignore)
    // A handler that never ends its response is collected with it
    while (held(store) > 0) {
      collectGarbage()
      await pause(10)
    }
  }).timeout(20_000)
})

// Koa does not call a store's regenerate, and its responses have connections
describe('concurrency: corner cases of Connect', () => {
  useServers()

  for (const [what, regenerate] of Object.entries({
    throws: () => {
      throw new Error('no')
    },
    'calls back twice': (_: unknown, done: (err?: unknown) => void) => (done(new Error('no')), done(new Error('no'))),
  })) {
    it(`a store whose regenerate ${what} calls back once, and no session stays in use`, async () => {
      const store = new ShufflingStore(1)
      Object.assign(store, { regenerate })
      const said: unknown[] = []
      const meeting = new ConnectMeeting(store, (req, res) =>
        req.session.regenerate(err => {
          said.push((err as Error).message)
          data(req).after = true
          res.end()
        }),
      )
      await meeting.ask('/')
      await store.turn()
      expect(said).to.deep.equal(['no'])
      expect(meeting.stored).to.include({ known: true, after: true })
      expect(held(store)).to.equal(0)
    })
  }

  it('a response without a connection does not keep the session in use', async () => {
    const store = new ShufflingStore(1)
    const middleware = session({ ...QUIET, store })
    const meeting = new ConnectMeeting(store, (_, res) => res.end())
    let req: Req | undefined = { url: '/', headers: { cookie: meeting.cookie }, method: 'GET' } as unknown as Req
    await new Promise<void>(resolve => middleware(req as Req, new ServerResponse(req as Req), () => resolve()))
    expect(held(store)).to.equal(1)
    await called(done => (req as Req).session.save(done))
    expect(meeting.stored).to.include({ known: true })
    req = undefined
    while (held(store) > 0) {
      collectGarbage()
      await pause(10)
    }
  })
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function ignore(): void {}
