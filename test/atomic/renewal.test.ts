import { expect } from 'chai'
import { setTimeout as pause } from 'node:timers/promises'
import { engines } from '../processes/engines'
import type { Store } from '../processes/engines/engine'
import { EventLog } from '../events/log'
import { connect } from '../support/connect-host'
import { count, data, endWith, routes, show, shown } from '../support/handlers'
import { siteOn, Visitor } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { usePlace } from './engine-place'

/** The engines count seconds. */
const AGE = 2500
const GRACE = 2000

let begin = (): void => {}
let goOn = (): void => {}
let begun = Promise.resolve()
let goesOn = Promise.resolve()

const HANDLERS = routes({
  '/': count,
  '/read': show,
  '/id': (req, res) => res.end(req.sessionID),
  '/put': (req, res) => (Object.assign(data(req), { put: true }), res.end()),
  '/logout-slow': async (req, res) => {
    begin()
    await goesOn
    req.session.destroy(endWith(res))
  },
  '/logout': (req, res) => req.session.destroy(endWith(res)),
})

const has = async (store: Store, id: string): Promise<boolean> =>
  new Promise((resolve, reject) => void store.get(id, (err, record) => (err ? reject(err as Error) : resolve(Boolean(record)))))

for (const { name, title, url, needs } of engines) {
  describe(`renewAfter and grace, on ${title}`, function () {
    this.timeout(60_000)
    needs()
    const { atomic } = usePlace({ name, url }, 'renewal')
    const log = new EventLog()
    beforeEach(() => {
      begun = new Promise(resolve => (begin = resolve))
      goesOn = new Promise(resolve => (goOn = resolve))
    })

    /** The same client in two processes, when the time of its ID has passed. */
    const aged = async (): Promise<{ here: Visitor; there: Visitor; id: string }> => {
      const options = (): Partial<SessionOptions> => ({
        ...{ store: atomic() as never, on: log.on as never, renewAfter: AGE, grace: GRACE },
        ...{ resave: false, saveUninitialized: false, cookie: { maxAge: 600_000 } },
      })
      const [here, there] = [options(), options()].map(options => siteOn(connect, options, HANDLERS).visitor()) as [Visitor, Visitor]
      await here.get()
      const { text: id } = await here.get('/id')
      there.cookie = here.cookie
      await pause(AGE)
      log.take()
      return { here, there, id }
    }

    it('one of two parallel requests renews, the other follows, and the earlier ID ends with the grace', async () => {
      const { here, there, id } = await aged()
      const before = here.cookie
      await Promise.all([here.get(), there.get('/put')])
      expect(log.take()).to.deep.equal(['renewed: renewed'])
      expect(here.cookie).to.not.equal(before)
      const late = Object.assign(new Visitor(there.server), { cookie: before })
      for (const client of [late, there, here]) {
        expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 2, put: true })
        expect(client.cookie).to.equal(here.cookie)
      }
      const began = Date.now()
      while ((await has(atomic(), id)) && Date.now() - began < 5 * GRACE) await pause(200)
      expect(await has(atomic(), id)).to.equal(false)
      late.cookie = before
      expect(shown((await late.get('/read')).text)).to.deep.equal({})
      expect(log.take()).to.deep.equal(['unknown'])
    })

    it('a logout with the earlier ID ends the session of the new one', async () => {
      const { here, there, id } = await aged()
      await here.get()
      const { text: next } = await here.get('/id')
      expect(next).to.not.equal(id)
      const stale = Object.assign(new Visitor(there.server), { cookie: there.cookie })
      await there.get('/logout')
      expect(log.take()).to.deep.equal(['renewed: renewed', 'ended: logout'])
      expect(await has(atomic(), next)).to.equal(false)
      for (const client of [here, stale]) expect(shown((await client.get('/read')).text)).to.deep.equal({})
    })

    it('a logout of a request that has read the session before its renewal ends it, and tells of it once', async () => {
      const { here, there, id } = await aged()
      const logout = there.get('/logout-slow')
      await begun
      await here.get()
      const { text: next } = await here.get('/id')
      goOn()
      await logout
      expect(log.take()).to.deep.equal(['renewed: renewed', 'ended: logout'])
      for (const one of [id, next]) expect(await has(atomic(), one)).to.equal(false)
      expect(shown((await here.get('/read')).text)).to.deep.equal({})
    })
  })
}
