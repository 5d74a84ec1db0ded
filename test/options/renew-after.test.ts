import { expect } from 'chai'
import session = require('../../lib')
import { useClock } from '../support/clock'
import { ENGINES, EngineStore } from '../support/engine-store'
import { connect } from '../support/connect-host'
import { count, data, routes, show, shown } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { setCookie, siteOn, Visitor, type Req, type Site } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const GRACE = 10_000

const STORES: Readonly<Record<string, () => Store>> = {
  MemoryStore: () => new session.MemoryStore() as never,
  'a store that compares': () => new VersionedStore(new Map()),
  ...Object.fromEntries(
    Object.entries(ENGINES)
      .filter(([, { expires }]) => expires)
      .map(([what, engine]) => [what, () => new EngineStore(engine).asStore]),
  ),
}

const HANDLERS = routes({
  '/': count,
  '/read': show,
  '/poll': show,
  '/info': (req, res) => res.end(JSON.stringify(session.info(req) ?? null)),
  '/stream': (req, res) => {
    res.write('a')
    data(req).streamed = true
    res.end('b')
  },
  '/logout': async (req, res) => (await destroyed(req), res.end()),
  '/plain-cookie': (req, res) => {
    Object.assign(req.session, { cookie: { path: '/', maxAge: 5 * HOUR } })
    res.end()
  },
  '/put': (req, res) => (Object.assign(data(req), { put: true }), res.end()),
})

async function destroyed(req: Req): Promise<void> {
  return new Promise((resolve, reject) => req.session.destroy(err => (err ? reject(err as Error) : resolve())))
}

const idOf = ({ cookie }: Visitor): string => cookie

/** Another client with the same cookie. */
function copy({ server, cookie }: Visitor): Visitor {
  return Object.assign(new Visitor(server), { cookie })
}

describe('options: renewAfter, with a cookie that the handler replaces', () => {
  const clock = useClock()

  it('keeps the lifetime of plain data', async () => {
    const options = { saveUninitialized: false, resave: false, renewAfter: HOUR, cookie: { maxAge: 3 * HOUR } }
    const site = siteOn(connect, options, HANDLERS)
    const client = site.visitor()
    await client.get()
    const first = idOf(client)
    clock.turn(HOUR)
    const line = setCookie(await client.get('/plain-cookie'))
    expect(idOf(client)).to.not.equal(first)
    expect(Date.parse(String(/Expires=([^;]+)/.exec(line ?? '')?.[1]))).to.be.closeTo(Date.now() + 5 * HOUR, 1000)
    expect(site.errors).to.deep.equal([])
  })
})

onEachHost('options: renewAfter', host => {
  const clock = useClock()

  for (const [what, make] of Object.entries(STORES)) {
    describe(`on ${what}`, () => {
      const start = (options: Partial<SessionOptions> = {}): { client: Visitor; site: Site } => {
        const site = siteOn(host, { store: make(), saveUninitialized: false, resave: false, renewAfter: HOUR, ...options }, HANDLERS)
        return { site, client: site.visitor() }
      }

      for (const path of ['/', '/read']) {
        it(`gives a new ID after the time, and keeps the data: ${path}`, async () => {
          const { client, site } = start()
          await client.get()
          const first = idOf(client)
          clock.turn(HOUR - 1)
          await client.get(path)
          expect(idOf(client)).to.equal(first)
          clock.turn(1)
          await client.get(path)
          const second = idOf(client)
          expect(second).to.not.equal(first)
          expect((await client.get()).text).to.equal(path === '/' ? '4' : '2')
          clock.turn(HOUR - 1)
          await client.get('/read')
          expect(idOf(client)).to.equal(second)
          clock.turn(1)
          await client.get('/read')
          expect(idOf(client)).to.not.equal(second)
          expect(site.errors).to.deep.equal([])
        })
      }

      it('keeps both limits and the handle', async () => {
        const { client } = start({ idleTimeout: 8 * HOUR, absoluteTimeout: 24 * HOUR })
        await client.get()
        const before = JSON.parse((await client.get('/info')).text) as object
        const first = idOf(client)
        clock.turn(2 * HOUR)
        await client.get('/read')
        expect(idOf(client)).to.not.equal(first)
        const after = JSON.parse((await client.get('/info')).text) as { expiresAt: string }
        expect(after).to.deep.equal({ ...before, expiresAt: new Date(clock.now() + 8 * HOUR).toISOString() })
      })

      it('leads requests with the earlier ID to the session for ten seconds, and no longer', async () => {
        const { client, site } = start()
        await client.get()
        const late = copy(client)
        const later = copy(client)
        clock.turn(HOUR)
        await client.get()
        clock.turn(GRACE - 1)
        expect((await late.get()).text).to.equal('3')
        expect(idOf(late)).to.equal(idOf(client))
        clock.turn(1)
        expect((await later.get()).text).to.equal('1')
        expect(site.errors).to.deep.equal([])
      })

      it('lets one of two parallel requests renew, and the other follow: nothing is lost', async () => {
        const { client, site } = start()
        await client.get()
        const other = copy(client)
        clock.turn(HOUR)
        await Promise.all([client.get('/put'), other.get()])
        expect(idOf(other)).to.equal(idOf(client))
        expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 2, put: true })
        expect(site.errors).to.deep.equal([])
      })

      it('ends the session of both IDs at a logout with either', async () => {
        for (const isOld of [true, false]) {
          const { client } = start()
          await client.get()
          const old = copy(client)
          clock.turn(HOUR)
          await client.get()
          await copy(isOld ? old : client).get('/logout')
          for (const each of [client, old]) expect(shown((await each.get('/read')).text)).to.deep.equal({})
        }
      })
    })
  }

  describe('does not renew', () => {
    const start = (options: Partial<SessionOptions> = {}): Visitor => {
      const store = new session.MemoryStore()
      return siteOn(
        host,
        { store: store as never, saveUninitialized: false, resave: false, renewAfter: HOUR, ...options },
        HANDLERS,
      ).visitor()
    }

    const kept = async (client: Visitor, path: string): Promise<void> => {
      await client.get()
      const first = idOf(client)
      clock.turn(HOUR)
      await client.get(path)
      expect(idOf(client)).to.equal(first)
      await client.get('/read')
      expect(idOf(client)).to.not.equal(first)
    }

    it('in a request that is no activity', async () => {
      await kept(start({ activity: req => !req.url?.includes('poll') }), '/poll')
    })

    it('in a request that only reads', async () => {
      await kept(start({ readOnly: req => Boolean(req.url?.includes('poll')) }), '/poll')
    })

    it('in a request that is skipped', async () => {
      await kept(start({ skip: req => Boolean(req.url?.includes('missing')) }), '/missing')
    })

    it('over plain HTTP, if the cookie is only sent over HTTPS', async () => {
      const client = start({ proxy: true, cookie: { secure: true } })
      const https = { 'X-Forwarded-Proto': 'https' }
      await client.get('/', https)
      const first = idOf(client)
      clock.turn(HOUR)
      await client.get('/read')
      clock.turn(GRACE)
      expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 1 })
      expect(idOf(client)).to.equal(first)
      expect(shown((await client.get('/read', https)).text)).to.deep.equal({ views: 1 })
      expect(idOf(client)).to.not.equal(first)
    })

    it('by default, nor with Infinity', async () => {
      for (const renewAfter of [undefined, Infinity]) {
        const client = start({ renewAfter, cookie: { maxAge: 1000 * HOUR } })
        await client.get()
        const first = idOf(client)
        clock.turn(100 * HOUR)
        await client.get()
        expect(idOf(client).split('.')[0]).to.equal(first.split('.')[0])
      }
    })
  })
})
