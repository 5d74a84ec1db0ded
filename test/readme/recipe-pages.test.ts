import { sign } from 'cookie-signature'
import { expect } from 'chai'
import express = require('express')
import request = require('supertest')
import { useClock } from '../support/clock'
import { blockWith } from '../support/docs/pages'
import { session } from '../support/subject'

const SECRET = 'a secret that only these tests know'
const OPTIONS = { secret: SECRET, resave: false, saveUninitialized: false }

/** An app with a recipe of docs/recipes.md, which is identified by a text in it. */
function appWith(text: string, { before, after }: { before?: express.RequestHandler; after?: (app: express.Express) => void } = {}) {
  const app = express()
  if (before) app.use(before)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code of the documentation is what is tested
  const recipe = new Function('app', 'session', 'express', 'secret', 'require', blockWith('docs/recipes.md', text))
  recipe(app, session, express, SECRET, require)
  after?.(app)
  return request.agent(app)
}

const MINUTE = 60_000

const who: express.RequestHandler = (req, res) => void res.json({ ...req.session, cookie: undefined })
const withPages = (app: express.Express): void => void app.get('/', who)
const sessions = (): express.RequestHandler => session(OPTIONS)

describe('docs/recipes.md', () => {
  const clock = useClock()

  it('remember me: the cookie has an expiry only if the user asks for it', async () => {
    const agent = appWith('req.body.remember', { before: sessions(), after: withPages })
    const kept = await agent.post('/login').type('form').send({ name: 'tobi', remember: 'on' })
    expect(kept.get('Set-Cookie')?.[0]).to.contain('Expires=Sat, 31 Jan 2026')
    expect((await agent.get('/')).body).to.deep.equal({ user: 'tobi' })
    const brief = await agent.post('/login').type('form').send({ name: 'tobi' })
    expect(brief.get('Set-Cookie')?.[0]).to.not.contain('Expires')
  })

  it('remember me: a login without a form is refused, and does not end the session', async () => {
    const agent = appWith('req.body.remember', { before: sessions(), after: withPages })
    await agent.post('/login').type('form').send({ name: 'tobi' })
    for (const body of [undefined, 'remember=on']) {
      const refused = await agent.post('/login').type('form').send(body)
      expect([refused.status, refused.get('Set-Cookie')]).to.deep.equal([400, undefined])
    }
    expect((await agent.get('/')).body).to.deep.equal({ user: 'tobi' })
  })

  it('flash messages: a message is shown once', async () => {
    const agent = appWith('draft.flash', { before: sessions() })
    await agent.post('/save')
    const [one, other] = await Promise.all([agent.get('/'), agent.get('/')])
    expect([one.text, other.text].sort()).to.deep.equal(['', 'Saved'])
    expect((await agent.get('/')).text).to.equal('')
  })

  it('one cookie per tenant: the path of the cookie is that of the tenant', async () => {
    const count: express.RequestHandler = (req, res) => {
      const bag = req.session as unknown as { n?: number }
      bag.n = (bag.n ?? 0) + 1
      res.send(String(bag.n))
    }
    const agent = appWith("split('/')[1]", { after: app => void app.get('/:tenant/count', count) })
    expect((await agent.get('/ada/count')).get('Set-Cookie')?.[0]).to.contain('Path=/ada;')
    expect((await agent.get('/ada/count')).text).to.equal('2')
    expect((await agent.get('/bob/count')).text).to.equal('1')
  })

  it('absolute lifetime: the session ends although it is used', async () => {
    const agent = appWith('absoluteTimeout', { after: withPages })
    await agent.post('/login')
    for (let visit = 0; visit < 25; visit++) {
      clock.turn(28 * MINUTE)
      expect((await agent.get('/')).body).to.deep.equal({ user: 'tobi' })
    }
    expect((await agent.post('/confirm')).text).to.equal('logged in until 2026-01-01T12:10:00.000Z\n')
    clock.turn(29 * MINUTE)
    expect((await agent.get('/poll')).body).to.deep.equal({ endsAt: '2026-01-01T12:10:00.000Z' })
    clock.turn(MINUTE)
    expect((await agent.get('/')).body).to.deep.equal({})
    await agent.post('/login')
    for (let visit = 0; visit < 24; visit++) {
      clock.turn(29 * MINUTE)
      expect((await agent.get('/')).body).to.deep.equal({ user: 'tobi' })
    }
    clock.turn(24 * MINUTE)
    expect((await agent.get('/')).body).to.deep.equal({})
  })

  for (const [how, text] of [
    ['with userId', 'sessions.revokeAll(req.session.user'],
    ['with a version', 'const versions'],
  ] as const) {
    it(`log out all other devices ${how}: the other sessions of the user end`, async () => {
      const app = express()
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as above
      new Function('app', 'session', 'secret', blockWith('docs/recipes.md', text))(app, session, SECRET)
      withPages(app)
      const [phone, laptop] = [request.agent(app), request.agent(app)]
      expect((await phone.post('/logout-others')).status).to.equal(401)
      for (const device of [phone, laptop]) await device.post('/login/ada')
      expect((await phone.post('/logout-others')).text).to.equal('done\n')
      expect((await phone.get('/')).body).to.include({ user: 'ada' })
      expect((await laptop.get('/')).body).to.deep.equal({})
    })
  }

  it('limit concurrent sessions: the login beyond the limit ends the oldest session', async () => {
    const app = express()
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as above
    new Function('app', 'session', 'secret', blockWith('docs/recipes.md', 'maxSessionsPerUser: 2'))(app, session, SECRET)
    withPages(app)
    const [phone, laptop, desktop] = [request.agent(app), request.agent(app), request.agent(app)]
    expect((await phone.post('/login/ada')).text).to.equal('1 of 2 sessions\n')
    for (const device of [laptop, desktop]) expect((await device.post('/login/ada')).text).to.equal('2 of 2 sessions\n')
    for (const device of [laptop, desktop]) expect((await device.get('/')).body).to.deep.equal({ user: 'ada' })
    expect((await phone.get('/')).body).to.deep.equal({})
  })

  it('passport: a login keeps the data, and gets a new ID', async () => {
    const cart: express.RequestHandler = (req, res) => {
      Object.assign(req.session, { cart: ['tea'] })
      res.send(req.sessionID)
    }
    const show: express.RequestHandler = (req, res) =>
      void res.json({ id: req.sessionID, user: (req as { user?: object }).user, cart: (req.session as { cart?: string[] }).cart })
    const agent = appWith('passport.session', { after: app => void app.get('/cart', cart).get('/', show) })
    const { text: before } = await agent.get('/cart')
    await agent.post('/login/ada')
    const { body } = (await agent.get('/')) as { body: { id: string } }
    expect(body).to.deep.include({ user: { id: 'ada' }, cart: ['tea'] })
    expect(body.id).to.not.equal(before)
  })

  it('delete the cookie at logout: the cookie is cleared', async () => {
    const agent = appWith('res.clearCookie', { before: sessions() })
    expect((await agent.post('/logout')).get('Set-Cookie')).to.deep.equal(['connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'])
  })

  it('sessions only for a part of the site: other paths have none', async () => {
    const has: express.RequestHandler = (req, res) => void res.send(String('session' in req))
    const agent = appWith('admin.sid', { after: app => void app.use(has) })
    expect([(await agent.get('/admin')).text, (await agent.get('/')).text]).to.deep.equal(['true', 'false'])
  })

  it('hash the session IDs in the store: a session moves, and an admin ends it by its ID', async () => {
    const store = new session.MemoryStore()
    const migrate = express()
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as above
    new Function('app', 'session', 'store', 'secret', blockWith('docs/recipes.md', "hashIds: 'migrate'"))(migrate, session, store, SECRET)
    const id = 'a'.repeat(32)
    void store.set(id, { user: 'ada', cookie: { originalMaxAge: null } } as never)
    withPages(migrate)
    const cookie = `connect.sid=${encodeURIComponent(`s:${sign(id, SECRET)}`)}`
    expect((await request(migrate).get('/').set('Cookie', cookie)).body).to.deep.equal({ user: 'ada' })
    expect(Object.keys(store.sessions)).to.have.length(1).and.to.not.include(id)

    const login: express.RequestHandler = (req, res) =>
      void res.send((Object.assign(req.session, { role: req.params.role }), req.sessionID))
    const app = express()
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as above
    new Function('app', 'session', 'secret', blockWith('docs/recipes.md', 'sessions.end'))(app, session, SECRET)
    app.get('/login/:role', login).get('/', who)
    const [admin, user] = [request.agent(app), request.agent(app)]
    await admin.get('/login/admin')
    const { text: ended } = await user.get('/login/user')
    expect((await user.post(`/admin/sessions/${ended}/end`)).status).to.equal(403)
    expect((await admin.post(`/admin/sessions/${ended}/end`)).text).to.equal('ended')
    expect((await user.get('/')).body).to.deep.equal({})
    expect((await admin.get('/')).body).to.deep.equal({ role: 'admin' })
  })
})
