import { expect } from 'chai'
import { inspect } from 'node:util'
import { cookieNames, lines } from '../support/browser'
import { useClock } from '../support/clock'
import { data, endWith, show, shown } from '../support/handlers'
import { onEachHost, onEachStore } from '../support/hosts'
import { Site, siteOn, type Handler, type Visitor } from '../support/site'
import { session, type SessionData, type SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const HOUR = 3_600_000

/** Changes of the cookie by a handler, and the Set-Cookie attributes afterwards, as express-session writes them. */
const CHANGES: readonly (readonly [edit: object, attributes: string])[] = [
  [{ maxAge: 5000 }, 'Path=/; Expires=Thu, 01 Jan 2026 00:01:05 GMT; HttpOnly'],
  [{ maxAge: 24 * HOUR }, 'Path=/; Expires=Fri, 02 Jan 2026 00:01:00 GMT; HttpOnly'],
  [{ maxAge: null }, 'Path=/; HttpOnly'],
  [{ expires: null }, 'Path=/; HttpOnly'],
  [{ expires: new Date(Date.UTC(2026, 0, 1, 12)) }, 'Path=/; Expires=Thu, 01 Jan 2026 12:00:00 GMT; HttpOnly'],
  [{ httpOnly: false }, 'Path=/; Expires=Thu, 01 Jan 2026 01:01:00 GMT'],
  [{ sameSite: 'lax' }, 'Path=/; Expires=Thu, 01 Jan 2026 01:01:00 GMT; HttpOnly; SameSite=Lax'],
  [{ priority: 'high' }, 'Path=/; Expires=Thu, 01 Jan 2026 01:01:00 GMT; HttpOnly; Priority=High'],
  [{ domain: 'example.com' }, 'Domain=example.com; Path=/; Expires=Thu, 01 Jan 2026 01:01:00 GMT; HttpOnly'],
  [{ path: '/app' }, 'Path=/app; Expires=Thu, 01 Jan 2026 01:01:00 GMT; HttpOnly'],
]

/** Acts that do not change the cookie. */
const NO_CHANGES: Record<string, (cookie: Record<string, unknown>, session: { touch(): unknown; resetMaxAge(): unknown }) => void> = {
  'maxAge set to what it is': cookie => void (cookie.maxAge = HOUR),
  'attributes set to what they are': cookie =>
    void Object.assign(cookie, { path: '/', httpOnly: true, domain: undefined, sameSite: undefined }),
  'touch()': (_, session) => void session.touch(),
  'resetMaxAge()': (_, session) => void session.resetMaxAge(),
}

onEachStore('session: a cookie that a request changes', (host, storage) => {
  const clock = useClock()
  type Edit = (cookie: Record<string, unknown>, session: never) => void

  /** A client whose session has a cookie of one hour, and the change of the cookie by its next request, one minute later. */
  async function known(edit: Edit, options: Partial<SessionOptions> = {}): Promise<{ client: Visitor; store: TracingStore }> {
    const handle: Handler = async (req, res) => {
      if (req.url === '/in') data(req).user = 'ada'
      if (req.url === '/edit') edit(req.session.cookie as never, req.session as never)
      if (req.url === '/save-edit') {
        await req.session.save()
        edit(req.session.cookie as never, req.session as never)
      }
      if (req.url === '/edit-save') {
        edit(req.session.cookie as never, req.session as never)
        return req.session.save(endWith(res))
      }
      show(req, res)
    }
    const store = new TracingStore()
    const client = siteOn(host, { ...storage.options(store), cookie: { maxAge: HOUR }, ...options }, handle).visitor()
    await client.get('/in')
    clock.turn(60_000)
    store.trace()
    return { client, store }
  }

  for (const [change, attributes] of CHANGES) {
    for (const path of ['/edit', '/save-edit', '/edit-save']) {
      it(`is saved and sent: ${inspect(change)} at ${path}`, async () => {
        const { client, store } = await known(cookie => void Object.assign(cookie, change))
        const res = await client.get(path)
        expect(store.trace().filter(call => call === 'set')).to.deep.equal(path === '/save-edit' ? ['set', 'set'] : ['set'])
        const sent = lines(res).map(line => line.replace(/^[^;]*; /, ''))
        expect(sent).to.deep.equal(host.cookieNames(storage.cookieName).map(() => host.attributes(attributes)))
        // From now on it is no longer a change
        expect(cookieNames(await client.get('/read'))).to.deep.equal([])
        expect(store.trace()).to.not.include(storage.touch === 'set' ? 'touch' : 'set')
      })
    }
  }

  for (const [what, act] of Object.entries(NO_CHANGES)) {
    it(`is neither saved nor sent after ${what}`, async () => {
      const { client, store } = await known(act as Edit)
      const res = await client.get('/edit')
      expect([cookieNames(res), store.trace()]).to.deep.equal([[], storage.extendsOnEachRequest ? ['get', storage.touch] : ['get']])
    })
  }

  it('sets the lifetime of the session in the store', async () => {
    const { client } = await known(cookie => void (cookie.maxAge = 5000))
    await client.get('/edit')
    clock.turn(4000)
    expect(shown((await client.get('/read')).text)).to.deep.equal({ user: 'ada' })
    clock.turn(5001)
    expect(shown((await client.get('/read')).text)).to.deep.equal({})
  })
})

onEachHost('session: a cookie that a request changes', host => {
  useClock()

  /** As in connect-redis, connect-pg-simple and express-mysql-session, a touch moves the expiry of the engine, and not the one in the record. */
  class EngineStore extends session.Store {
    readonly records = new Map<string, string>()
    override get(id: string, callback: (err: unknown, record?: SessionData | null) => void): void {
      callback(null, JSON.parse(this.records.get(id) ?? 'null') as SessionData | null)
    }
    override set(id: string, session: SessionData, callback?: (err?: unknown) => void): void {
      this.records.set(id, JSON.stringify(session))
      callback?.()
    }
    override destroy(id: string, callback?: (err?: unknown) => void): void {
      this.records.delete(id)
      callback?.()
    }
    override touch(_id: string, _session: SessionData, callback?: (err?: unknown) => void): void {
      callback?.()
    }
  }

  it('is kept for later requests by a store whose touch moves only the expiry of the engine', async () => {
    const store = new EngineStore()
    const site = siteOn(host, { store, cookie: { maxAge: HOUR } }, (req, res) => {
      if (req.url === '/in') data(req).user = 'ada'
      if (req.url === '/remember') req.session.cookie.maxAge = 24 * HOUR
      res.end(String(req.session.cookie.originalMaxAge))
    })
    const client = site.visitor()
    await client.get('/in')
    await client.get('/remember')
    expect((await client.get('/')).text).to.equal(String(24 * HOUR))
  })
})

/** The presets for Koa save a new session whose cookie is changed. */
describe('session: a cookie that a request changes', () => {
  it('does not cause a new session to be stored', async () => {
    const store = new TracingStore()
    const site = new Site({ store }, (req, res) => ((req.session.cookie.maxAge = HOUR), res.end()))
    const res = await site.get()
    expect([cookieNames(res), store.trace()]).to.deep.equal([[], []])
  })

  it('is no change if expires is set to false in a cookie without an expiry', async () => {
    const store = new TracingStore()
    const site = new Site({ store }, (req, res) => {
      if (req.url === '/in') data(req).user = 'ada'
      else req.session.cookie.expires = false as never
      res.end()
    })
    const client = site.visitor()
    await client.get('/in')
    expect([cookieNames(await client.get('/edit')), store.trace()]).to.deep.equal([[], ['set', 'get', 'touch']])
  })

  it('is no change if a reload has read it', async () => {
    const store = new session.MemoryStore()
    const site = new Site({ store, cookie: { maxAge: HOUR } }, (req, res) => {
      const end = (): void => void res.end(String(req.session.cookie.originalMaxAge))
      if (req.url === '/in') data(req).user = 'ada'
      if (req.url === '/reload') {
        const id = req.sessionID
        const text = store.sessions[id] as string
        store.sessions[id] = text.replace(String(HOUR), String(2 * HOUR))
        return req.session.reload(end)
      }
      end()
    })
    const client = site.visitor()
    await client.get('/in')
    const res = await client.get('/reload')
    expect([res.text, cookieNames(res)]).to.deep.equal([String(2 * HOUR), []])
  })
})
