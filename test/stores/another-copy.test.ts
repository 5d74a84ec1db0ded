import { expect } from 'chai'
import { data, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { Site } from '../support/site'
import { session, subject } from '../support/subject'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the other package than the one under test, whichever that is
const other = require(subject === 'resession' ? 'express-session' : '../../lib') as typeof session

/** A store of a package that depends on its own copy of express-session. It is asynchronous, and records its calls. */
class Foreign extends (other.MemoryStore as unknown as typeof session.MemoryStore) {
  readonly asked: string[] = []

  override set(...[id, session, done]: Parameters<InstanceType<typeof other.MemoryStore>['set']>): void {
    this.asked.push('set')
    setImmediate(() => super.set(id, session, done))
  }
}

onEachHost('stores: built on another copy of the package', host => {
  it('have sessions with all methods, which are saved once and return promises', async () => {
    const store = new Foreign()
    const site = new Site(
      { store },
      routes({
        '/': (req, res) => ((data(req).views = 1), res.end()),
        '/save': async (req, res) => {
          data(req).views = 2
          const promise = req.session.save()
          expect(promise).to.be.a('promise')
          await promise
          res.end(store.sessions[req.sessionID])
        },
      }),
      undefined,
      host,
    )
    const visitor = site.visitor()
    await visitor.get()
    store.asked.splice(0)
    const { text } = await visitor.get('/save')
    expect(site.errors).to.deep.equal([])
    expect(JSON.parse(text)).to.include({ views: 2 })
    expect(store.asked).to.deep.equal(['set'])
  })

  it('detect a changed cookie, even if their records contain the cookie object', async () => {
    const store = new Foreign()
    const site = new Site(
      { store, rolling: true, cookie: { maxAge: 60_000 } },
      routes({
        '/': (req, res) => ((data(req).views = 1), res.end()),
        '/nothing': (_, res) => res.end(),
        '/change': (req, res) => ((req.session.cookie.maxAge = 5000), res.end()),
      }),
      undefined,
      host,
    )
    const visitor = site.visitor()
    await visitor.get()
    store.asked.splice(0)
    await visitor.get('/nothing')
    expect(store.asked).to.deep.equal([])
    await visitor.get('/change')
    expect(store.asked).to.deep.equal(['set'])
  })
})
