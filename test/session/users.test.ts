import { expect } from 'chai'
import { info, MemoryStore } from '../../lib'
import { EngineStore } from '../support/engine-store'
import { data, endWith, routes } from '../support/handlers'
import type { Host } from '../support/host'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { siteOn, type Site } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const HANDLERS = routes({
  '/': (req, res) => res.end(String(data(req).user ?? 'nobody')),
  '/save': (req, res) => ((data(req).n = Math.random()), res.end(String(data(req).user))),
  '/login': (req, res) =>
    req.session.regenerate(() => {
      data(req).user = new URL(req.url ?? '/', 'http://localhost').searchParams.get('user') ?? 'ada'
      req.session.save(endWith(res))
    }),
  '/try': (req, res) => {
    data(req).user = 'ada'
    req.session.save(err => {
      if (err) delete data(req).user
      res.end(err ? `sorry: ${(err as { code?: string }).code}` : 'done')
    })
  },
  '/become': (req, res) => {
    data(req).user = new URL(req.url ?? '/', 'http://localhost').searchParams.get('user') ?? 'ada'
    res.end('done')
  },
  '/reserve': (req, res) => {
    data(req)['~'] = JSON.parse(decodeURIComponent(new URL(req.url ?? '/', 'http://localhost').search.slice(1)))
    res.end('done')
  },
  '/leave': (req, res) => (delete data(req).user, res.end('done')),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
  '/again': (req, res) => req.session.regenerate(endWith(res)),
  '/renew': (req, res) => req.session.regenerate({ keep: true }).then(() => res.end(req.sessionID), endWith(res)),
  '/info': (req, res) => res.end(JSON.stringify(info(req) ?? null)),
})

/** What a client may send to an app that copies the fields of a form into the session. */
const SENT: readonly unknown[] = [1, 'text', null, {}, [], { c: 1, a: 9e15, h: 'x' }, { c: 1, a: 1, h: 'x', u: 'eve' }, { m: 'x' }]

const STORES: Readonly<Record<string, () => Store>> = {
  MemoryStore: () => new MemoryStore() as never,
  'a store that compares': () => new VersionedStore(new Map()) as never,
  'a plain store': () => new EngineStore({ touch: 'ttl', expires: true }).asStore,
}

const USERS: Partial<SessionOptions> = { userId: (s: { user?: string }) => s.user, cookie: { maxAge: 600_000 } }

function siteFor(host: Host, store: Store, options: Partial<SessionOptions> = {}): { site: Site; sessions: ReturnType<typeof sessionsOn> } {
  const given = { store, ...USERS, ...options }
  return { site: siteOn(host, given, HANDLERS), sessions: sessionsOn(host, given) }
}

onEachHost('sessions by user', host => {
  for (const [what, make] of Object.entries(STORES)) {
    describe(`on ${what}`, () => {
      it('are listed after a login, with handles that info has too', async () => {
        const { site, sessions } = siteFor(host, make(), { describe: () => ({ agent: 'a browser' }) })
        const [one, two] = [site.browser(), site.browser()]
        expect([...(await sessions.list('ada'))]).to.deep.equal([])
        expect((await one.get('/login')).text).to.equal('done')
        await two.get('/become')
        const list = await sessions.list('ada')
        expect(list.map(({ handle }) => handle)).to.deep.equal(await Promise.all([handleOf(one), handleOf(two)]))
        expect(list.map(({ about }) => about)).to.deep.equal([{ agent: 'a browser' }, { agent: 'a browser' }])
        expect(list.exact).to.equal(what !== 'a plain store')
        expect(site.errors).to.deep.equal([])
      })

      it('end at logout, when the user leaves the session, and at regenerate', async () => {
        const { site, sessions } = siteFor(host, make())
        for (const path of ['/logout', '/leave', '/again']) {
          const client = site.browser()
          await client.get('/login')
          expect((await sessions.list('ada')).length, path).to.equal(1)
          await client.get(path)
          expect((await sessions.list('ada')).length, path).to.equal(0)
        }
        expect(site.errors).to.deep.equal([])
      })

      it('change their user', async () => {
        const { site, sessions } = siteFor(host, make())
        const client = site.browser()
        await client.get('/login')
        await client.get('/become?user=bob')
        expect([(await sessions.list('ada')).length, (await sessions.list('bob')).length]).to.deep.equal([0, 1])
        expect(JSON.parse((await client.get('/info')).text)).to.include({ userId: 'bob' })
      })

      it('are revoked by handle', async () => {
        const { site, sessions } = siteFor(host, make())
        const [one, two] = [site.browser(), site.browser()]
        for (const client of [one, two]) await client.get('/login')
        expect(await sessions.revoke('ada', await handleOf(one))).to.equal(true)
        expect([(await one.get()).text, (await two.get()).text]).to.deep.equal(['nobody', 'ada'])
        expect((await sessions.list('ada')).length).to.equal(1)
        expect(await sessions.revoke('ada', 'unknown')).to.equal(false)
      })

      it('are listed and revoked if a client has put data under the reserved key', async () => {
        const { site, sessions } = siteFor(host, make(), { diagnostics: false })
        for (const sent of SENT) {
          for (const paths of [
            ['/login', '/reserve'],
            ['/reserve', '/become'],
            ['/login', '/reserve', '/renew'],
          ]) {
            const client = site.browser()
            for (const path of paths) await client.get(path === '/reserve' ? `${path}?${encodeURIComponent(JSON.stringify(sent))}` : path)
            const how = `${paths.join()} ${JSON.stringify(sent)}`
            expect((await client.get()).text, how).to.equal('ada')
            expect((await sessions.list('ada')).length, how).to.equal(1)
            expect(await sessions.revokeAll('ada'), how).to.equal(1)
            expect((await client.get()).text, how).to.equal('nobody')
          }
        }
        expect(site.errors).to.deep.equal([])
      })

      it('are revoked all together, and after a renewal', async () => {
        const { site, sessions } = siteFor(host, make())
        const [one, two] = [site.browser(), site.browser()]
        for (const client of [one, two]) await client.get('/login')
        const handle = await handleOf(one)
        await one.get('/renew')
        expect([(await one.get()).text, await handleOf(one)]).to.deep.equal(['ada', handle])
        expect((await sessions.list('ada')).map(({ handle }) => handle)).to.include(handle)
        expect(await sessions.revokeAll('ada')).to.equal(2)
        expect([(await one.get()).text, (await two.get()).text]).to.deep.equal(['nobody', 'nobody'])
        expect((await sessions.list('ada')).length).to.equal(0)
        // A login afterwards is not affected
        await one.get('/login')
        expect((await one.get()).text).to.equal('ada')
        expect(site.errors).to.deep.equal([])
      })

      it('are at most as many as maxSessionsPerUser: the oldest is ended', async () => {
        const { site, sessions } = siteFor(host, make(), { maxSessionsPerUser: 2 })
        const clients = [1, 2, 3].map(() => site.browser())
        for (const client of clients) expect((await client.get('/login')).text).to.equal('done')
        const users = await Promise.all(clients.map(async client => (await client.get()).text))
        expect(users).to.deep.equal(['nobody', 'ada', 'ada'])
        expect((await sessions.list('ada')).length).to.equal(2)
      })

      it('or the login is refused, with a page of the app, which takes the user out of the session', async () => {
        const { site } = siteFor(host, make(), { maxSessionsPerUser: { max: 1, then: 'refuse' }, saveErrors: 'fail' })
        const [one, two] = [site.browser(), site.browser()]
        expect((await one.get('/try')).text).to.equal('done')
        const refused = await two.get('/try')
        expect([refused.status, refused.text]).to.deep.equal([200, 'sorry: ERR_TOO_MANY_SESSIONS'])
        expect([(await one.get()).text, (await two.get()).text]).to.deep.equal(['ada', 'nobody'])
        expect(site.errors).to.deep.equal([])
      })

      it('or the login is refused', async () => {
        const { site, sessions } = siteFor(host, make(), { maxSessionsPerUser: { max: 1, then: 'refuse' } })
        const [one, two] = [site.browser(), site.browser()]
        await one.get('/login')
        expect((await two.get('/login')).text).to.match(/user has too many sessions/)
        expect((await sessions.list('ada')).length).to.equal(1)
        await one.get('/logout')
        expect((await two.get('/login')).text).to.equal('done')
      })

      it('are adopted at the next request, if they are older than the option, unless all were revoked since', async () => {
        const store = make()
        const before = siteOn(host, { store, cookie: { maxAge: 600_000 } }, HANDLERS)
        const { site, sessions } = siteFor(host, store)
        const [one, two] = [before.browser(), before.browser()]
        for (const client of [one, two]) await client.get('/login')
        expect((await one.at(site.server).get()).text).to.equal('ada')
        expect((await sessions.list('ada')).length).to.equal(1)
        await sessions.revokeAll('ada')
        await two.at(site.server).get()
        expect((await two.at(site.server).get()).text).to.equal('nobody')
        expect(site.errors).to.deep.equal([])
      })
    })
  }
})

async function handleOf(client: ReturnType<Site['browser']>): Promise<string> {
  return (JSON.parse((await client.get('/info')).text) as { handle: string }).handle
}
