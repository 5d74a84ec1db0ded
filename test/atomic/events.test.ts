import { expect } from 'chai'
import { engines } from '../processes/engines'
import { EventLog } from '../events/log'
import { connect } from '../support/connect-host'
import { data, endWith, routes } from '../support/handlers'
import { sessionsOn } from '../support/sessions-of'
import { siteOn, type Visitor } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { usePlace } from './engine-place'

const ROUNDS = 20

const HANDLERS = routes({
  '/login': (req, res) => req.session.regenerate(() => ((data(req).user = 'ada'), res.end('done'))),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
})

for (const { name, title, url, needs } of engines) {
  describe(`events, on ${title}`, function () {
    this.timeout(60_000)
    needs()
    const { atomic } = usePlace({ name, url }, 'events')

    it('an end that two processes and a revocation cause at the same time is told once', async () => {
      const log = new EventLog()
      const optionsFor = (): Partial<SessionOptions> => ({
        ...{ store: atomic() as never, on: log.on as never, userId: (s: { user?: string }) => s.user },
        cookie: { maxAge: 600_000 },
      })
      const [one, other] = [siteOn(connect, optionsFor(), HANDLERS).visitor(), siteOn(connect, optionsFor(), HANDLERS).visitor()] as [
        Visitor,
        Visitor,
      ]
      const sessions = sessionsOn(connect, optionsFor())
      for (let round = 0; round < ROUNDS; round++) {
        one.cookie = ''
        await one.get('/login')
        other.cookie = one.cookie
        expect(log.take()).to.deep.equal(['created: login'])
        await Promise.all([one.get('/logout'), other.get('/logout'), sessions.revokeAll('ada')])
        // A request that comes later has an ID of no session
        expect(log.take().filter(event => event !== 'unknown')).to.have.length(1)
      }
    })
  })
}
