import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { connect } from '../support/connect-host'
import { data, endWith, routes } from '../support/handlers'
import type { Host, Storage } from '../support/host'
import { onEachHost, onEachStore } from '../support/hosts'
import { LandingStore, type Held } from '../support/landing-store'
import { siteOn, type Req, type Site } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { replyOf } from '../support/timed-site'
import { useTimers } from '../support/timers'
import { useServers, Wire } from '../support/wire'

const TIMEOUT = 500

/** The ways in which a handler ends a session. */
const LOGOUTS: Record<string, (req: Req, res: ServerResponse) => unknown> = {
  destroy: (req, res) => req.session.destroy(failing(res)),
  'destroy that the handler does not wait for': (req, res) => (req.session.destroy(() => {}), res.end('done')),
  regenerate: (req, res) => req.session.regenerate(failing(res)),
  'null, with unset': (req, res) => ((req.session = null as never), res.end('done')),
}

/** The kinds of late writes. */
const WRITES: Record<string, (req: Req, res: ServerResponse) => unknown> = {
  'a save at the end': (req, res) => ((data(req).written = true), res.end('written')),
  'a save of the handler': (req, res) => ((data(req).written = true), req.session.save(endWith(res))),
  'a touch': (_, res) => res.end('read'),
}

/**
 * The events: S, the write starts; T, it times out; L, the store carries it out and calls back; A, the destroy begins; R, the store carries out the
 * destroy and calls back. A write is carried out once, and R follows A.
 */
const ORDERS = ordersOf('STLAR').concat(ordersOf('SLAR'))

function ordersOf(events: string): string[] {
  const all = events.length > 1 ? [...events].flatMap(event => ordersOf(events.replace(event, '')).map(rest => event + rest)) : [events]
  return all.filter(
    order => isBefore(order, 'S', 'T') && isBefore(order, 'T', 'L') && isBefore(order, 'S', 'L') && isBefore(order, 'A', 'R'),
  )
}

function isBefore(order: string, first: string, second: string): boolean {
  return !order.includes(first) || !order.includes(second) || order.indexOf(first) < order.indexOf(second)
}

function failing(res: ServerResponse): (err?: unknown) => void {
  return err => {
    if (err) res.statusCode = 500
    res.end(err ? 'failed' : 'done')
  }
}

/** One client, whose session is written and ended by two requests. */
class Play {
  readonly store = new LandingStore()
  readonly site: Site
  #cookie = ''
  #id = ''
  /** Continues the handler of the write, which has read the session. */
  #goOn: () => void = () => {}
  #write: Held | undefined
  #logout: Wire | undefined
  #isLoggingOut = false
  #now = 0
  #began = 0

  constructor(
    host: Host,
    storage: Storage,
    readonly logout: string,
    readonly write: string,
    readonly options: Partial<SessionOptions>,
    readonly turn: (ms: number) => void,
  ) {
    const given = {
      ...host.keepsAlive,
      ...storage.options(this.store),
      awaitTouch: true,
      storeTimeout: TIMEOUT,
      ...options,
    } as const
    const handler = routes({
      '/enter': (req, res) => ((data(req).known = true), res.end('entered')),
      '/write': (req, res) =>
        new Promise<void>(resolve => (this.#goOn = resolve)).then(() => (WRITES[write] as (typeof WRITES)[string])(req, res)),
      '/logout': (req, res) => ((this.#isLoggingOut = true), LOGOUTS[logout]?.(req, res)),
      '/read': (req, res) => res.end(JSON.stringify({ ...req.session, cookie: undefined })),
    })
    this.site = siteOn(host, given, handler)
  }

  /** Resolves when the requests of the write have read the client's session. */
  async begin(): Promise<this> {
    const client = this.site.visitor()
    await client.get('/enter')
    this.#cookie = client.cookie
    this.#id = Object.keys(this.store.sessions)[0] as string
    this.store.holds = true
    const reading = this.#goOn
    await this.#ask('/write')
    await until(() => this.#goOn !== reading)
    return this
  }

  /** @returns whether the event is possible */
  async happen(event: string): Promise<boolean> {
    if (event === 'S') return this.#start()
    if (event === 'T') return this.#timeOut()
    if (event === 'L') return this.#land()
    if (event === 'A') return this.#askToEnd()
    return this.#answerEnd()
  }

  async #start(): Promise<boolean> {
    this.#goOn()
    this.#began = this.#now
    await until(() => this.#held('set', 'touch') !== undefined, 30)
    this.#write = this.#held('set', 'touch')
    return this.#write !== undefined
  }

  async #timeOut(): Promise<boolean> {
    if (!this.#write) return false
    this.#turn(this.#began + TIMEOUT - this.#now)
    return true
  }

  async #land(): Promise<boolean> {
    this.#write?.land()
    return true
  }

  async #askToEnd(): Promise<boolean> {
    this.#turn(100)
    this.#logout = await this.#ask('/logout')
    // The request comes over a socket, the call to the store does not
    await until(() => this.#isLoggingOut)
    await until(() => this.#held('destroy') !== undefined, 30)
    return true
  }

  async #answerEnd(): Promise<boolean> {
    const destroy = this.#held('destroy')
    destroy?.land()
    return destroy !== undefined
  }

  /** @returns the status of the logout, if it has a response */
  async finish(): Promise<number | undefined> {
    await until(() => this.store.held.length > 0, 10)
    while (this.store.held.length > 0) {
      this.store.landAll()
      await until(() => this.store.held.length > 0, 10)
    }
    return this.#logout && (await replyOf(this.#logout))[0]
  }

  /** The response to a client with the old cookie. */
  async read(): Promise<string> {
    this.store.holds = false
    const reply = await replyOf(await this.#ask('/read'))
    this.store.holds = true
    return reply[1]
  }

  get restored(): boolean {
    return Object.hasOwn(this.store.sessions, this.#id)
  }

  #turn(ms: number): void {
    this.#now += ms
    this.turn(ms)
  }

  #held(...methods: string[]): Held | undefined {
    return this.store.held.find(({ method, id }) => methods.includes(method) && id === this.#id)
  }

  async #ask(path: string): Promise<Wire> {
    return (await Wire.to(this.site.server)).get(path, `Cookie: ${this.#cookie}`)
  }
}

/** The test that runs. */
let running: object | undefined

function useTests(): void {
  beforeEach(() => (running = {}))
  afterEach(() => (running = undefined))
}

/** Waits, for at most so many turns of the event loop, and no longer than the test runs. */
async function until(isSo: () => boolean, most = Infinity): Promise<void> {
  const mine = running
  for (let turn = 0; turn < most && running === mine && !isSo(); turn++) await new Promise(resolve => setImmediate(resolve))
}

onEachStore('faults: a logout that was answered is not undone by a write that timed out', (host, storage) => {
  useServers()
  useTests()
  const timers = useTimers()
  const play = (logout: string, write: string, options: Partial<SessionOptions>): Promise<Play> =>
    new Play(host, storage, logout, write, options, timers.turn).begin()

  for (const given of [{ saveErrors: 'report' }, { saveErrors: 'fail' }, { saveErrors: 'report', hashIds: true }] as const)
    for (const write of Object.keys(WRITES))
      for (const logout of Object.keys(LOGOUTS)) {
        const options = { ...given, unset: logout.includes('unset') ? 'destroy' : 'keep' } as const
        it(`${write}, ${logout}, saveErrors: ${given.saveErrors}${'hashIds' in given ? ', hashIds' : ''}, in all orders`, async () => {
          for (const order of ORDERS) {
            const played = await play(logout, write, options)
            let logoutBefore = false
            for (const event of order) {
              const did = await played.happen(event)
              if (event === 'R') logoutBefore = did
              if (logoutBefore) expect(await played.read(), `${order}, after ${event}`).to.equal('{}')
            }
            const status = await played.finish()
            expect([status, played.restored, await played.read()], order).to.deep.equal([200, false, '{}'])
          }
        })
      }
})

describe('faults: a regenerate that times out', () => {
  useServers()
  useTests()
  const timers = useTimers()

  it('does not turn the old session into a new one, which would be stored after another request has destroyed it', async () => {
    const store = new LandingStore()
    const handler = routes({
      '/enter': (req, res) => ((data(req).known = true), res.end('entered')),
      '/write': (req, res) => ((data(req).written = true), res.end('written')),
      '/login': (req, res) => req.session.regenerate(() => ((data(req).changed = true), res.end('done'))),
    })
    const client = siteOn(connect, { store, storeTimeout: TIMEOUT }, handler).visitor()
    const get = (path: string): Promise<number> => client.get(path).then(({ status }) => status)
    await get('/enter')
    store.holds = true
    const [written, loggedIn] = [get('/write'), get('/login')]
    await until(() => store.held.length > 0)
    await until(() => store.held.length > 1, 200)
    timers.turn(TIMEOUT)
    await until(() => store.held.length > 1)
    const destroy = store.held.find(({ method }) => method === 'destroy')
    await until(() => store.held.length > 2, 100)
    destroy?.land()
    await until(() => store.held.length > 1, 100)
    expect(store.held.map(({ method }) => method)).to.deep.equal(['set'])
    store.landAll()
    expect(await Promise.all([written, loggedIn])).to.deep.equal([200, 200])
    expect(Object.keys(store.sessions)).to.deep.equal([])
  })
})

onEachHost('faults: a regenerate that times out', host => {
  useServers()
  useTests()
  const timers = useTimers()

  for (const hashIds of [false, true])
    it(`leaves the request its session, which may be destroyed${hashIds ? ', with hashIds' : ''}`, async () => {
      const store = new LandingStore()
      const handler = routes({
        '/enter': (req, res) => ((data(req).known = true), res.end('entered')),
        '/login': (req, res) => {
          const { session } = req
          void session.regenerate(((err?: { code?: string }) => res.end(`${err?.code}, ${session.id === req.session.id}`)) as never)
        },
      })
      const client = siteOn(host, { store, hashIds, storeTimeout: TIMEOUT }, handler).visitor()
      await client.get('/enter')
      store.holds = true
      const loggedIn = client.get('/login').then(({ text }) => text)
      await until(() => store.held.length > 0)
      timers.turn(TIMEOUT)
      expect(await loggedIn).to.equal('ERR_STORE_TIMEOUT, true')
    })
})
