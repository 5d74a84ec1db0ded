import { expect } from 'chai'
import session = require('../../lib')
import { useClock } from '../support/clock'
import { data, routes, show, shown } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { siteOn, Visitor } from '../support/site'

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
})
