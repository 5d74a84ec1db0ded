import { expect } from 'chai'
import session = require('../../lib')
import { freshness } from '../../lib/core/users/freshness'
import { useClock } from '../support/clock'
import { data, endWith, routes, show, shown } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { siteOn, Visitor, type Req } from '../support/site'
import { VersionedStore } from '../support/versioned-store'

const HOUR = 3_600_000

const HANDLERS = routes({
  '/': (req, res) => ((data(req).cart = 1), res.end()),
  '/login': (req, res) => ((data(req).user = 'ada'), res.end()),
  '/read': show,
})

const renewed = async (req: Req, options?: object): Promise<void> =>
  (req.session as unknown as { regenerate(options?: object): Promise<void> }).regenerate(options)

const isFresh = freshness({ users: {} } as never, HOUR)

/** What a request with an earlier ID sees of the user. */
const WITH_USERS = routes({
  '/login': (req, res) => (Object.assign(data(req), { user: 'ada', locale: 'en' }), res.end()),
  '/read': (req, res) => {
    const info = session.info(req)
    res.end(JSON.stringify({ data: shown(JSON.stringify(req.session)), user: info?.userId, isFresh: isFresh(req) === undefined }))
  },
  '/logout-renew': async (req, res) => (await renewed(req), res.end()),
  '/logout-keep': async (req, res) => (await renewed(req, { keep: ['locale'] }), res.end()),
  '/logout-late': async (req, res) => (await renewed(req, { keep: true }), delete data(req).user, res.end()),
  '/leave': (req, res) => (delete data(req).user, res.end()),
  '/keep': async (req, res) => (await renewed(req, { keep: true }), res.end()),
})

onEachHost('options: grace with userId', host => {
  const clock = useClock()

  const begun = async (more: object = {}) => {
    const userId = ({ user }: { user?: string }): string | undefined => user
    const options = { store: new session.MemoryStore(), renewAfter: HOUR, userId, saveUninitialized: false, resave: false, ...more }
    const site = siteOn(host, options as never, WITH_USERS)
    const client = site.visitor()
    await client.get('/login')
    return { site, client, earlier: Object.assign(site.visitor(), { cookie: client.cookie }) }
  }
  const seenBy = async (client: Visitor): Promise<unknown> => JSON.parse((await client.get('/read')).text)

  const LOGOUTS: Readonly<Record<string, object>> = {
    '/logout-renew': {},
    '/logout-keep': { locale: 'en' },
    '/logout-late': { locale: 'en' },
  }
  for (const [path, kept] of Object.entries(LOGOUTS)) {
    it(`${path}: a request with the earlier ID has no user, and is not fresh`, async () => {
      const { site, client, earlier } = await begun()
      expect(await seenBy(earlier)).to.deep.equal({ data: { user: 'ada', locale: 'en' }, user: 'ada', isFresh: true })
      await client.get(path)
      expect(await seenBy(earlier)).to.deep.equal({ data: kept, isFresh: false })
      expect(site.errors).to.deep.equal([])
    })
  }

  it('a request with the earlier ID has no user, if the user has logged out after a renewal by age', async () => {
    const { client, earlier } = await begun()
    clock.turn(HOUR)
    await client.get('/read')
    await client.get('/leave')
    expect(await seenBy(earlier)).to.deep.equal({ data: { locale: 'en' }, isFresh: false })
  })

  it('a request with the earlier ID of a user who is logged in has the user, and is not fresh', async () => {
    const { client, earlier } = await begun()
    await client.get('/keep')
    expect(await seenBy(client)).to.deep.equal({ data: { user: 'ada', locale: 'en' }, user: 'ada', isFresh: true })
    expect(await seenBy(earlier)).to.deep.equal({ data: { user: 'ada', locale: 'en' }, user: 'ada', isFresh: false })
  })

  it('validate is asked for a request with the earlier ID that has data, and ends nothing', async () => {
    const asked: object[] = []
    let isValid = true
    const validate = (given: object): boolean => (asked.push(shown(JSON.stringify(given))), isValid)
    const { site, client, earlier } = await begun({ validate })
    await client.get('/keep')
    asked.length = 0
    const whole = { user: 'ada', locale: 'en' }
    expect(await seenBy(earlier)).to.deep.equal({ data: whole, user: 'ada', isFresh: false })
    isValid = false
    const { cookie } = earlier
    expect(await seenBy(earlier)).to.deep.equal({ data: {}, isFresh: false })
    expect([asked, earlier.cookie]).to.deep.equal([[whole, whole], cookie])
    isValid = true
    expect(await seenBy(client)).to.deep.equal({ data: whole, user: 'ada', isFresh: true })
    await client.get('/logout-renew')
    asked.length = 0
    expect(await seenBy(earlier)).to.deep.equal({ data: {}, isFresh: false })
    expect(asked).to.deep.equal([])
    expect(site.errors).to.deep.equal([])
  })

  it('does not lead an earlier ID to a user who has logged in without regenerate', async () => {
    const userId = ({ user }: { user?: string }): string | undefined => user
    const options = { store: new session.MemoryStore(), renewAfter: HOUR, userId, saveUninitialized: false, resave: false }
    const site = siteOn(host, options as never, HANDLERS)
    const client = site.visitor()
    const copy = (): Visitor => Object.assign(site.visitor(), { cookie: client.cookie })
    await client.get()
    const attacker = copy()
    clock.turn(HOUR)
    await client.get('/login')
    expect(shown((await client.get('/read')).text)).to.deep.equal({ cart: 1, user: 'ada' })
    expect(shown((await attacker.get('/read')).text)).to.deep.equal({ cart: 1 })
    expect(attacker.cookie).to.not.equal(client.cookie)
    const tab = copy()
    clock.turn(HOUR)
    await client.get('/read')
    expect(shown((await tab.get('/read')).text)).to.deep.equal({ cart: 1, user: 'ada' })
    expect(tab.cookie).to.equal(client.cookie)
    expect(site.errors).to.deep.equal([])
  })

  for (const path of ['/slow-login', '/slow-logout']) {
    it(`${path}: lists a session whose ID another request renews meanwhile`, async () => {
      const userId = ({ user }: { user?: string }): string | undefined => user
      const records = new Map()
      const common = { renewAfter: HOUR, userId, saveUninitialized: false, resave: false }
      const options = { store: new VersionedStore(records), ...common }
      const other = siteOn(host, { store: new VersionedStore(records), ...common } as never, HANDLERS)
      let goOn = (): void => {}
      let arrived = (): void => {}
      const site = siteOn(host, options as never, async (req, res) => {
        if (!req.url?.startsWith('/slow')) return HANDLERS(req, res)
        arrived()
        await new Promise<void>(resolve => (goOn = resolve))
        if (req.url === '/slow-login') data(req).user = 'ada'
        else delete data(req).user
        req.session.save(endWith(res))
      })
      const client = site.visitor()
      await client.get(path === '/slow-login' ? '/' : '/login')
      clock.turn(HOUR)
      const copy = Object.assign(site.visitor(), { cookie: client.cookie })
      const isIn = new Promise<void>(resolve => (arrived = resolve))
      const slow = copy.get(path)
      await isIn
      const elsewhere = Object.assign(other.visitor(), { cookie: client.cookie })
      await elsewhere.get('/read')
      goOn()
      expect((await slow).text).to.equal('done')
      const sessions = sessionsOn(host, options as never)
      expect(site.errors).to.deep.equal([])
      expect(await sessions.list('ada')).to.have.length(path === '/slow-login' ? 1 : 0)
      await sessions.revokeAll('ada')
      expect(shown((await elsewhere.get('/read')).text).user).to.equal(undefined)
    })
  }
})
