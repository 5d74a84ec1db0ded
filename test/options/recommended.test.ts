import { createServer, type RequestListener } from 'node:http'
import { expect } from 'chai'
import express = require('express')
import session = require('../../lib')
import koaSession = require('../../lib/koa')
import { KOAS, type KoaClass } from '../koa/koas'
import { Browser, lines } from '../support/browser'
import { useClock } from '../support/clock'
import { useWarnings } from '../support/warnings'

const SECRET = 'a secret of an app that was made today'
const HTTPS = { 'X-Forwarded-Proto': 'https' }
const HOUR = 3_600_000

interface App {
  readonly store: InstanceType<typeof session.MemoryStore>
  readonly listener: RequestListener
}

type Overrides = Partial<session.Options>

function expressApp(overrides: Overrides = {}): App {
  const store = new session.MemoryStore()
  const app = express()
  app.set('trust proxy', 1)
  app.use(session({ ...session.recommended, secret: SECRET, store, ...overrides }))
  app.get('/', (req, res) => void res.json(data(req)))
  app.get('/login', async (req, res) => {
    await req.session.regenerate()
    data(req).user = 'ada'
    res.json([req.sessionID, session.info(req)?.handle])
  })
  app.get('/logout', async (req, res) => {
    await req.session.destroy()
    res.json(null)
  })
  return { store, listener: app }
}

const data = (req: object): Record<string, unknown> => (req as { session: Record<string, unknown> }).session

interface Ctx extends koaSession.ContextSession {
  readonly path: string
  readonly req: never
  body: unknown
}

const koaApp =
  (Koa: KoaClass) =>
  (overrides: Overrides = {}): App => {
    const store = new session.MemoryStore()
    const app = new Koa()
    app.keys = [SECRET]
    app.proxy = true
    app.on('error', () => {})
    app.use(koaSession({ ...koaSession.recommended, store, ...(overrides as object) }))
    app.use(async (ctx: Ctx) => {
      if (ctx.path === '/login') {
        await ctx.regenerateSession()
        Object.assign(ctx.session, { user: 'ada' })
        ctx.body = [ctx.sessionId, koaSession.info(ctx)?.handle]
      } else if (ctx.path === '/logout') {
        ctx.session = null
        ctx.body = {}
      } else ctx.body = ctx.session
    })
    return { store, listener: app.callback() as RequestListener }
  }

const APPS: Readonly<Record<string, (overrides?: Overrides) => App>> = {
  'an Express app': expressApp,
  ...Object.fromEntries(Object.entries(KOAS).map(([name, Koa]) => [`a ${name} app`, koaApp(Koa)])),
}

for (const [what, make] of Object.entries(APPS)) {
  describe(`options: session.recommended in ${what} behind a proxy`, () => {
    const clock = useClock()
    const warnings = useWarnings()

    const start = (overrides?: Overrides): App & { client: Browser } => {
      const app = make(overrides)
      return { ...app, client: new Browser(createServer(app.listener)) }
    }
    const user = async (client: Browser): Promise<unknown> => ((await client.get('/', HTTPS)).body as { user?: string }).user

    it('sends no cookie to a client who has not logged in, and asks no store', async () => {
      const { client, store } = start()
      expect(lines(await client.get('/', HTTPS))).to.deep.equal([])
      expect(Object.keys(store.sessions)).to.deep.equal([])
    })

    it('sets a cookie of the host that scripts, http and other sites cannot use', async () => {
      const { client } = start()
      for (const line of lines(await client.get('/login', HTTPS))) {
        expect(line).to.match(/^__Host-id(\.sig)?=[^;]+/)
        expect(line.toLowerCase()).to.include('; path=/').and.include('; secure').and.include('; httponly').and.include('; samesite=lax')
        expect(line.toLowerCase()).to.not.include('domain').and.not.include('expires')
      }
      expect(await user(client)).to.equal('ada')
    })

    it('lets no cache keep the response with the cookie', async () => {
      const { headers } = await start().client.get('/login', HTTPS)
      expect(headers['cache-control']).to.equal('no-store')
    })

    it('gives a new ID of at least 128 bits at each login, and keeps it out of the store', async () => {
      const { client, store } = start()
      const [[one = ''], [two = '']] = [
        (await client.get('/login', HTTPS)).body as string[],
        (await client.get('/login', HTTPS)).body as string[],
      ]
      expect(one).to.not.equal(two)
      expect(Buffer.from(one, 'base64url').length).to.be.at.least(16)
      expect(JSON.stringify(store.sessions)).to.not.include(one).and.not.include(two)
      expect(Object.keys(store.sessions)).to.have.length(1)
    })

    it('accepts no ID that a client has made up', async () => {
      const { client } = start()
      client.jar.forge('__Host-id', 's%3Amade-up.c2lnbmF0dXJl')
      const [id] = (await client.get('/login', HTTPS)).body as string[]
      expect(id).to.not.equal('made-up')
    })

    it('ends the session after an hour without a request', async () => {
      const { client } = start()
      await client.get('/login', HTTPS)
      clock.turn(HOUR - 1)
      expect(await user(client)).to.equal('ada')
      clock.turn(HOUR)
      expect(await user(client)).to.equal(undefined)
    })

    it('ends it after 24 hours in any case, and clears the cookie', async () => {
      const { client } = start()
      await client.get('/login', HTTPS)
      for (let part = 0; part < 30; part++) {
        clock.turn((24 * HOUR - 1) / 30)
        expect(await user(client)).to.equal('ada')
      }
      clock.turn(2)
      expect(await user(client)).to.equal(undefined)
      expect(client.jar.names).to.deep.equal([])
    })

    it('ends it at the logout, in the store and in the browser', async () => {
      const { client, store } = start()
      await client.get('/login', HTTPS)
      await client.get('/logout', HTTPS)
      expect([Object.keys(store.sessions), client.jar.names]).to.deep.equal([[], []])
    })

    it('does not respond as if a session were saved that is not', async () => {
      const { client, store } = start()
      store.compareAndSet = ((...args: unknown[]) => (args.at(-1) as (err: Error) => void)(new Error('full'))) as never
      store.set = store.compareAndSet as never
      expect((await client.get('/login', HTTPS)).status).to.equal(500)
    })

    it('works on http://localhost with another name and without Secure, as docs/security.md says', async () => {
      const cookie = { ...session.recommended.cookie, secure: false }
      const { client } = start({ name: 'id', cookie })
      await client.get('/login')
      expect(((await client.get('/')).body as { user?: string }).user).to.equal('ada')
    })

    it('warns of nothing', async () => {
      const { client } = start()
      await client.get('/login', HTTPS)
      await user(client)
      expect(warnings).to.deep.equal([])
    })

    it('is frozen', () => {
      for (const recommended of [session.recommended, koaSession.recommended]) {
        expect(Object.isFrozen(recommended) && Object.isFrozen(recommended.cookie)).to.equal(true)
      }
    })

    it('keeps sessions in the cookie, too', async () => {
      const { client } = start({ store: 'cookie' })
      await client.get('/login', HTTPS)
      clock.turn(HOUR - 1)
      expect(await user(client)).to.equal('ada')
      clock.turn(HOUR)
      expect(await user(client)).to.equal(undefined)
    })
  })
}

describe('options: session.recommended', () => {
  it('refuses a secret that is short', () => {
    expect(() => session({ ...session.recommended, secret: 'keyboard cat' })).to.throw(TypeError, /refused because strict is true/)
  })

  it('refuses a cookie that browsers would drop', () => {
    expect(() => session({ ...session.recommended, secret: SECRET, cookie: { secure: false } })).to.throw(TypeError, /__Host-id/)
  })
})
