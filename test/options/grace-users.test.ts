import { expect } from 'chai'
import session = require('../../lib')
import { useClock } from '../support/clock'
import { data, endWith, routes, show, shown } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { siteOn, Visitor } from '../support/site'
import { VersionedStore } from '../support/versioned-store'

const HOUR = 3_600_000

const HANDLERS = routes({
  '/': (req, res) => ((data(req).cart = 1), res.end()),
  '/login': (req, res) => ((data(req).user = 'ada'), res.end()),
  '/read': show,
})

onEachHost('options: grace with userId', host => {
  const clock = useClock()

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
