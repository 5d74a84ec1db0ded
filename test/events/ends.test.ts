import { expect } from 'chai'
import { info } from '../../lib'
import { useClock } from '../support/clock'
import { count, data, endWith, routes } from '../support/handlers'
import { HOSTS } from '../support/hosts'
import type { Host } from '../support/host'
import { siteOn, type Req, type Visitor } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { EventLog } from './log'
import { PlainStore, STORES, type StoreName } from './stores'

const HOUR = 3_600_000

type Regenerating = { regenerate(options: object): Promise<void> }

const settled = async (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'done',
    (err: Error & { code?: string }) => `failed: ${err.code ?? err.message}`,
  )

/** The requests that wait at `/…-together` until so many have come. */
class Together {
  #waiting: (() => void)[] = []

  async come(count: number): Promise<void> {
    const all = new Promise<void>(resolve => this.#waiting.push(resolve))
    if (this.#waiting.length >= count) for (const go of this.#waiting.splice(0)) go()
    await all
  }
}

const together = new Together()
const keep = async (req: Req): Promise<string> => settled((req.session as unknown as Regenerating).regenerate({ keep: true }))

const HANDLERS = routes({
  '/': (_, res) => res.end('read'),
  '/put': count,
  '/info': (req, res) => res.end(info(req)?.handle),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
  '/logout-twice': async (req, res) => {
    const { session } = req
    const first = await settled(session.destroy())
    res.end(`${first}, ${await settled(session.destroy())}`)
  },
  '/logout-together': async (req, res) => {
    await together.come(2)
    res.end(await settled(req.session.destroy()))
  },
  '/leave': (req, res) => ((req.session = null as never), res.end('left')),
  '/logout-and-leave': (req, res) => req.session.destroy(() => ((req.session = null as never), res.end('left'))),
  '/regenerate': (req, res) => req.session.regenerate(endWith(res)),
  '/login': (req, res) => req.session.regenerate(() => count(req, res)),
  '/new-and-logout': (req, res) => ((data(req).user = 'ada'), req.session.destroy(endWith(res))),
  '/save-and-logout': (req, res) => ((data(req).user = 'ada'), req.session.save(() => req.session.destroy(endWith(res)))),
  '/keep': async (req, res) => res.end(await keep(req)),
  '/put-and-keep': async (req, res) => ((data(req).user = 'ada'), res.end(await keep(req))),
  '/keep-together': async (req, res) => {
    await together.come(2)
    const kept = await keep(req)
    await together.come(2)
    res.end(kept)
  },
  '/logout-after-keep': async (req, res) => {
    await together.come(2)
    await together.come(2)
    res.end(await settled(req.session.destroy()))
  },
})

interface Rig {
  readonly client: Visitor
  readonly store: Store & Partial<PlainStore>
  turn(ms: number): void
}

interface Case {
  readonly title: string
  readonly options?: Partial<SessionOptions>
  /** Whether the client has a session before. */
  readonly isNew?: boolean
  /** Only for stores that can fail, or keep records after their end. */
  readonly only?: readonly StoreName[]
  readonly on?: Host['framework']
  act(rig: Rig): Promise<unknown>
  readonly events: readonly string[]
}

const CAN_FAIL = ['a plain store', 'a store that compares'] as const
const visit =
  (path: string) =>
  async ({ client }: Rig): Promise<unknown> =>
    client.get(path)

/** A client comes back with the cookie of a session whose end has passed, and again with the same cookie. */
async function twiceAfterAnHour({ client, turn }: Rig): Promise<void> {
  const { cookie } = client
  turn(HOUR)
  await client.get('/')
  client.cookie = cookie
  await client.get('/')
}

/** Makes methods of the store fail during one request. */
const failing =
  (path: string, ...methods: ('get' | 'set' | 'destroy' | 'compareAndSet')[]) =>
  async ({ client, store }: Rig): Promise<void> => {
    for (const method of methods) store.failing?.add(method)
    await client.get(path)
    store.failing?.clear()
  }

const CASES: readonly Case[] = [
  { title: 'a new session that is saved', isNew: true, act: visit('/put'), events: ['created'] },
  { title: 'a new session that is not saved', isNew: true, act: visit('/'), events: [] },
  {
    title: 'a new session whose save fails',
    isNew: true,
    only: CAN_FAIL,
    act: failing('/put', 'get', 'set', 'compareAndSet'),
    events: [],
  },
  { title: 'a request that reads', act: visit('/'), events: [] },
  { title: 'a request that changes the data', act: visit('/put'), events: [] },
  { title: 'destroy', act: visit('/logout'), events: ['ended: logout'] },
  { title: 'destroy, twice', act: visit('/logout-twice'), events: ['ended: logout'] },
  { title: 'destroy of a new session that was never saved', isNew: true, act: visit('/new-and-logout'), events: [] },
  { title: 'destroy of a new session that was saved', isNew: true, act: visit('/save-and-logout'), events: ['created', 'ended: logout'] },
  {
    title: 'destroy in two requests at the same time',
    act: async ({ client }) => Promise.all([client.get('/logout-together'), client.get('/logout-together')]),
    events: ['ended: logout'],
  },
  { title: 'destroy that fails', only: ['a plain store'], act: failing('/logout', 'destroy'), events: [] },
  {
    title: 'destroy that fails, on a store whose compareAndSet works: the record has ended',
    only: ['a store that compares'],
    act: failing('/logout', 'destroy'),
    events: ['ended: logout'],
  },
  {
    title: 'destroy, on a store whose compareAndSet fails',
    only: ['a store that compares'],
    act: failing('/logout', 'compareAndSet'),
    events: ['ended: logout'],
  },
  {
    title: 'destroy that fails, and compareAndSet too',
    only: ['a store that compares'],
    act: failing('/logout', 'destroy', 'compareAndSet'),
    events: [],
  },
  { title: 'null in place of the session', options: { unset: 'destroy' }, act: visit('/leave'), events: ['ended: unset'] },
  {
    title: 'null after destroy',
    options: { unset: 'destroy' },
    act: visit('/logout-and-leave'),
    events: ['ended: logout'],
  },
  {
    title: 'null in place of a new session',
    isNew: true,
    options: { unset: 'destroy' },
    act: visit('/leave'),
    events: [],
  },
  {
    title: 'null, and a destroy that fails',
    options: { unset: 'destroy' },
    only: ['a plain store'],
    act: failing('/leave', 'destroy'),
    events: [],
  },
  {
    title: 'regenerate without new data, which Koa does not store',
    on: 'Koa',
    only: ['MemoryStore', 'a plain store'],
    act: visit('/regenerate'),
    events: ['ended: renewed'],
  },
  {
    title: 'regenerate without new data, which Connect stores',
    on: 'Connect',
    act: visit('/regenerate'),
    events: ['ended: renewed', 'created'],
  },
  {
    title: 'regenerate without new data, whose new session is stored first',
    only: ['a store that compares'],
    act: visit('/regenerate'),
    events: ['ended: renewed', 'created'],
  },
  {
    title: 'regenerate whose new session cannot be stored',
    only: ['a store that compares'],
    act: failing('/regenerate', 'compareAndSet'),
    events: [],
  },
  { title: 'regenerate with new data', act: visit('/login'), events: ['ended: renewed', 'created'] },
  { title: 'regenerate of a new session', isNew: true, act: visit('/login'), events: ['created'] },
  {
    title: 'regenerate whose destroy fails, and which Connect stores all the same',
    on: 'Connect',
    only: ['a plain store'],
    act: failing('/regenerate', 'destroy'),
    events: ['created'],
  },
  { title: 'regenerate whose destroy fails', on: 'Koa', only: ['a plain store'], act: failing('/regenerate', 'destroy'), events: [] },
  { title: 'regenerate with keep', act: visit('/keep'), events: ['renewed: renewed'] },
  { title: 'regenerate with keep, of a new session', isNew: true, act: visit('/put-and-keep'), events: ['created'] },
  {
    title: 'regenerate with keep that fails',
    only: CAN_FAIL,
    act: failing('/keep', 'set', 'compareAndSet'),
    events: [],
  },
  {
    title: 'regenerate with keep, and destroy with the old ID at the same time',
    act: async ({ client }) => Promise.all([client.get('/keep-together'), client.get('/logout-after-keep')]),
    events: ['renewed: renewed', 'ended: logout'],
  },
  {
    title: 'an idle time that has passed, on a store that keeps the record',
    only: CAN_FAIL,
    options: { idleTimeout: HOUR },
    act: async rig => {
      // Its end is then in the record
      Object.assign(rig.store, { touch: undefined })
      await twiceAfterAnHour(rig)
    },
    events: ['ended: idle', 'unknown'],
  },
  {
    title: 'an absolute time that has passed, on a store that keeps the record',
    only: CAN_FAIL,
    options: { absoluteTimeout: HOUR },
    act: twiceAfterAnHour,
    events: ['ended: absolute', 'unknown'],
  },
  {
    title: 'an absolute time that has passed, if the destroy fails',
    only: ['a plain store'],
    options: { absoluteTimeout: HOUR },
    act: async rig => {
      rig.turn(HOUR)
      await failing('/', 'destroy')(rig)
    },
    events: [],
  },
  {
    title: 'a limit that has passed, on a store that removes the record',
    only: ['MemoryStore'],
    options: { idleTimeout: HOUR },
    act: async ({ client, turn }) => {
      turn(HOUR)
      await client.get('/')
    },
    events: ['unknown'],
  },
  {
    title: 'an ID of no session',
    act: async ({ client }) => {
      const { cookie } = client
      await client.get('/logout')
      client.cookie = cookie
      await client.get('/')
    },
    events: ['ended: logout', 'unknown'],
  },
  {
    title: 'an ID with an invalid signature',
    isNew: true,
    act: async ({ client }) => client.get('/', { Cookie: 'connect.sid=s%3Aabc.def; koa.sid=abc; koa.sid.sig=def' }),
    events: [],
  },
  {
    title: 'a record that cannot be read',
    only: CAN_FAIL,
    options: { onStoreError: 'new' },
    act: async ({ client, store }) => {
      for (const id of store.records?.keys() ?? []) store.records?.set(id, { text: '{"views":1}', version: 9 })
      await client.get('/')
    },
    events: ['unknown: unreadable'],
  },
]

function suite(host: Host, name: StoreName): void {
  const clock = useClock()

  const cases = CASES.filter(({ only, on }) => (!only || only.includes(name)) && (!on || on === host.framework))
  for (const { title, options = {}, isNew = false, act, events } of cases) {
    it(`${title}: ${events.join(', ') || 'none'}`, async () => {
      const log = new EventLog()
      const store = STORES[name]() as Rig['store']
      const site = siteOn(host, { store, on: log.on as never, ...options }, HANDLERS)
      const client = site.visitor()
      if (!isNew) {
        await client.get('/put')
        expect(log.take()).to.deep.equal(['created'])
      }
      await act({ client, store, turn: ms => clock.turn(ms) })
      expect(log.take()).to.deep.equal(events)
    })
  }
}

for (const [hostName, host] of Object.entries(HOSTS)) {
  for (const name of Object.keys(STORES) as StoreName[]) describe(`events on ${hostName}, ${name}`, () => suite(host, name))
}
