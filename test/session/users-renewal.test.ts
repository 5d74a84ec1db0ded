import type { Server } from 'node:http'
import { expect } from 'chai'
import type { SessionsOfUsers } from '../../lib/core/users/sessions'
import type { Browser } from '../support/browser'
import { EngineStore } from '../support/engine-store'
import { data, endWith, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { siteOn, type Req } from '../support/site'
import { session, type SessionOptions, type Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const HANDLERS = routes({
  '/': (req, res) => res.end(String(data(req).user ?? 'nobody')),
  '/write': (req, res) => ((data(req).n = 1), req.session.save(endWith(res))),
  '/become': (req, res) => ((data(req).user = 'ada'), req.session.save(endWith(res))),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
  '/renew': (req, res) => req.session.regenerate({ keep: true }).then(() => res.end('done'), endWith(res)),
})

const USERS: Partial<SessionOptions> = {
  userId: (s: { user?: string }) => s.user,
  cookie: { maxAge: 600_000 },
  maxSessionsPerUser: { max: 1, then: 'refuse' },
}

const ENDS = {
  logout: async (client, _, server) => void (await client.at(server).get('/logout')),
  revoke: async (_, sessions) => {
    const [session] = await sessions.list('ada')
    await sessions.revoke('ada', session?.handle as string)
  },
  revokeAll: async (_, sessions) => void (await sessions.revokeAll('ada')),
} satisfies Record<string, (client: Browser, sessions: SessionsOfUsers, server: Server) => Promise<void>>

/** Something happens before the next list is read. */
class WaitingStore extends VersionedStore {
  beforeList: (() => Promise<void>) | undefined

  override get(...given: Parameters<VersionedStore['get']>): void {
    const { beforeList } = this
    if (!beforeList || !given[0].startsWith('u!')) return super.get(...given)
    this.beforeList = undefined
    void beforeList().then(() => super.get(...given))
  }
}

onEachHost('sessions by user: a renewal that meets the end of its session', host => {
  for (const [end, act] of Object.entries(ENDS)) {
    const begin = () => {
      const records = new Map()
      const store = new WaitingStore(records)
      const [options, other] = [store, new VersionedStore(records)].map(store => ({ ...USERS, store: store as never as Store }))
      const [inside, goesOn] = [gate(), gate()]
      const site = siteOn(host, options as Partial<SessionOptions>, async (req, res) => {
        if (req.url === '/renew') {
          inside.open()
          await goesOn.opened
        }
        return HANDLERS(req, res)
      })
      const { server } = siteOn(host, other as Partial<SessionOptions>, HANDLERS)
      const sessions = sessionsOn(host, other as Partial<SessionOptions>)
      const client = site.browser()
      const ends = (): Promise<void> => act(client, sessions, server)
      return { store, client, inside, goesOn, server, ends, sessions, next: site.browser().at(server) }
    }

    it(`leaves no entry, so that the next login is not refused: ${end}`, async () => {
      const { client, inside, goesOn, ends, sessions, next } = begin()
      await client.get('/become')
      const renewal = client.get('/renew')
      await inside.opened
      await ends()
      goesOn.open()
      expect((await renewal).text).to.not.equal('done')
      expect((await next.get('/become')).text).to.equal('done')
      expect(await sessions.list('ada')).to.have.length(1)
    })

    it(`leaves no entry, if another request has logged in the session meanwhile: ${end}`, async () => {
      const { store, client, inside, goesOn, server, ends, sessions, next } = begin()
      await client.get('/write')
      const renewal = client.get('/renew')
      await inside.opened
      await client.at(server).get('/become')
      store.beforeList = ends
      goesOn.open()
      expect((await renewal).text).to.not.equal('done')
      expect(store.beforeList).to.equal(undefined)
      expect((await next.get('/become')).text).to.equal('done')
      expect(await sessions.list('ada')).to.have.length(1)
    })
  }
})

const regenerate = (req: Req, keep: unknown): Promise<void> =>
  (req.session as unknown as { regenerate(options: object): Promise<void> }).regenerate({ keep })

/** Changes of the user with a new ID. */
const CHANGES = routes({
  '/': (req, res) => res.end(`${String(data(req).user ?? 'nobody')} ${String(data(req).cart)}`),
  '/become': (req, res) => (Object.assign(data(req), { user: 'ada', cart: 'full' }), req.session.save(endWith(res))),
  '/leave': (req, res) => regenerate(req, ['cart']).then(() => res.end('done'), endWith(res)),
  '/leave-all': (req, res) => (delete data(req).user, regenerate(req, true).then(() => res.end('done'), endWith(res))),
  '/be-bob': (req, res) => ((data(req).user = 'bob'), regenerate(req, true).then(() => res.end('done'), endWith(res))),
})

const STORES: Readonly<Record<string, () => Store>> = {
  MemoryStore: () => new session.MemoryStore(),
  'a store that compares': () => new VersionedStore(new Map()) as never,
  'a plain store': () => new EngineStore({ touch: 'ttl', expires: true }).asStore,
}

onEachHost('sessions by user: a renewal that changes the user', host => {
  for (const [what, make] of Object.entries(STORES)) {
    for (const [path, seen] of Object.entries({ '/leave': 'nobody full', '/leave-all': 'nobody full', '/be-bob': 'bob full' })) {
      it(`leaves no entry of the earlier user: ${path} on ${what}`, async () => {
        for (const then of ['refuse', 'evict'] as const) {
          const options = { ...USERS, maxSessionsPerUser: { max: 1, then }, store: make() } as Partial<SessionOptions>
          const site = siteOn(host, options, CHANGES)
          const sessions = sessionsOn(host, options)
          const [client, other] = [site.browser(), site.browser()]
          for (const visit of ['/become', path]) expect((await client.get(visit)).text).to.equal('done')
          expect((await other.get('/become')).text).to.equal('done')
          expect([(await client.get()).text, (await other.get()).text]).to.deep.equal([seen, 'ada full'])
          expect(await sessions.revokeAll('ada')).to.equal(1)
          expect((await client.get()).text).to.equal(seen)
          expect(site.errors).to.deep.equal([])
        }
      })
    }
  }
})

function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>(resolve => (open = resolve))
  return { opened, open: () => open() }
}
