import { expect } from 'chai'
import { data, routes, show, shown } from '../support/handlers'
import { Site, type Req } from '../support/site'
import { session, type Session, type SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

type Data = Record<string, unknown>

/** Other session objects of a request than `req.session`, with `extra` beside the session's data. */
const OTHERS: Record<string, (req: Req) => Session> = {
  'new Session': req => new session.Session(req, { ...req.session, extra: 1 }),
  'an object that inherits from the session': req =>
    Object.create(req.session, Object.getOwnPropertyDescriptors({ ...req.session, extra: 1 })) as Session,
  'createSession, with req.session put back': req => {
    const live = req.session
    const made = req.sessionStore.createSession?.(req as never, { ...JSON.parse(JSON.stringify(live)), extra: 1 } as never)
    req.session = live
    return made as Session
  },
  'new Session, with a cookie of its own': req => {
    const made = new session.Session(req, { ...req.session, extra: 1 })
    made.cookie = new session.Cookie({ maxAge: 60_000 })
    return made
  },
}

type Save = (made: Session, done: () => void) => void
const save: Save = (made, done) => void session.Session.prototype.save.call(made, done)

/** The data of a client's session after a request of that handler, and the store calls of its end. */
async function visit(
  act: (req: Req, done: () => void) => void,
  options: Partial<SessionOptions> = {},
): Promise<{ data: Data; end: string[] }> {
  const store = new TracingStore()
  const site = new Site(
    { store, ...options },
    routes({
      '/login': (req, res) => ((data(req).user = 'ada'), res.end()),
      '/act': (req, res) =>
        act(req, () => {
          store.trace()
          res.end()
        }),
      '/show': show,
    }),
  )
  const visitor = site.visitor()
  await visitor.get('/login')
  await visitor.get('/act')
  const end = store.trace()
  return { data: shown((await visitor.get('/show')).text), end }
}

describe('session: another object of the request that is saved', () => {
  for (const [kind, other] of Object.entries(OTHERS)) {
    it(`is not overwritten by req.session, which has not changed: ${kind}`, async () => {
      const { data: stored, end } = await visit((req, done) => save(other(req), done))
      expect(stored).to.deep.equal({ user: 'ada', extra: 1 })
      expect(end).to.not.include('set')
    })

    it(`may be saved twice: ${kind}`, async () => {
      const { data: stored } = await visit((req, done) => {
        const made = other(req) as Session & Data
        save(made, () => {
          delete made.extra
          made.more = 2
          save(made, done)
        })
      })
      expect(stored).to.deep.equal({ user: 'ada', more: 2 })
    })

    it(`is merged with later changes of req.session: ${kind}`, async () => {
      const { data: stored } = await visit((req, done) =>
        save(other(req), () => {
          data(req).late = true
          delete data(req).user
          done()
        }),
      )
      expect(stored).to.deep.equal({ extra: 1, late: true })
    })

    it(`may be saved after req.session: ${kind}`, async () => {
      const { data: stored, end } = await visit((req, done) => {
        data(req).early = true
        req.session.save(() => save(other(req), done))
      })
      expect(stored).to.deep.equal({ user: 'ada', early: true, extra: 1 })
      expect(end).to.not.include('set')
    })

    it(`is merged with a later update: ${kind}`, async () => {
      const { data: stored } = await visit((req, done) =>
        save(other(req), () => void session.update(req, live => ((live as Data).late = true)).then(done)),
      )
      expect(stored).to.deep.equal({ user: 'ada', extra: 1, late: true })
    })

    it(`is kept by regenerate({ keep: true }): ${kind}`, async () => {
      const { data: stored } = await visit((req, done) => save(other(req), () => void req.session.regenerate({ keep: true }).then(done)))
      expect(stored).to.deep.equal({ user: 'ada', extra: 1 })
    })

    it(`is not overwritten with concurrency: 'off', unless req.session has changed: ${kind}`, async () => {
      const { data: stored, end } = await visit((req, done) => save(other(req), done), { concurrency: 'off' })
      expect(stored).to.deep.equal({ user: 'ada', extra: 1 })
      expect(end).to.not.include('set')
    })

    it(`is merged with resave: ${kind}`, async () => {
      const { data: stored } = await visit((req, done) => save(other(req), done), { resave: true })
      expect(stored).to.deep.equal({ user: 'ada', extra: 1 })
    })
  }

  for (const saveUninitialized of [true, false]) {
    it(`keeps its data if the session is new, with saveUninitialized: ${saveUninitialized}`, async () => {
      const store = new session.MemoryStore()
      const site = new Site({ store, saveUninitialized, genid: () => 'a' }, (req, res) =>
        save(new session.Session(req, { ...req.session, extra: 1 }), () => res.end()),
      )
      expect((await site.get()).status).to.equal(200)
      const { extra } = JSON.parse(store.sessions.a as string) as Data
      expect(extra).to.equal(1)
    })
  }

  it('is merged with the session that a reload has put in its place', async () => {
    const { data: stored } = await visit((req, done) => {
      const before = req.session as Session & Data
      req.session.reload(() => {
        data(req).late = true
        req.session.save(() => {
          before.early = true
          save(before, done)
        })
      })
    })
    expect(stored).to.deep.equal({ user: 'ada', early: true, late: true })
  })
})
