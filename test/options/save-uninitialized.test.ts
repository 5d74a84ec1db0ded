import { expect } from 'chai'
import { KoaSite, show as showSession } from '../koa/site'
import { cookieNames, lines } from '../support/browser'
import { deprecations } from '../support/deprecations'
import { count, data, routes, show, shown } from '../support/handlers'
import { onEachHost, onEachKoa, onEachStorage } from '../support/hosts'
import { Site, siteOn } from '../support/site'
import { session } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const HANDLERS = routes({
  '/': count,
  '/read': show,
  '/nothing': (_, res) => res.end('nothing'),
  '/empty': (req, res) => ((req.session = {} as never), res.end()),
  '/save': (req, res) => req.session.save(() => res.end()),
  '/change-and-save': (req, res) => ((data(req).user = 'tobi'), req.session.save(() => res.end())),
  '/leave': (req, res) => ((req.session = null as never), res.end()),
})

const WITHOUT_DATA = {
  '/read': 'reads the session',
  '/nothing': 'does not use the session',
  '/empty': 'replaces the session by an empty object',
}

onEachStorage('options: saveUninitialized', (host, storage) => {
  const site = (saveUninitialized?: boolean, store = new TracingStore()): Site =>
    siteOn(host, { ...storage.options(store), saveUninitialized }, HANDLERS)

  /** The store calls of the first request of a client, and the cookies of its response. */
  const first = async (saveUninitialized: boolean | undefined, path: string): Promise<{ calls: string[]; cookies: string[] }> => {
    const store = new TracingStore()
    const res = await site(saveUninitialized, store).get(path)
    return { calls: store.trace(), cookies: cookieNames(res) }
  }

  const NOTHING = { calls: [], cookies: [] }
  const SAVED = { calls: storage.touch ? ['set'] : [], cookies: host.cookieNames(storage.cookieName) }

  // As in express-session, where it is deprecated
  const byDefault = host.framework === 'Connect' && storage.touch !== undefined

  for (const [path, what] of Object.entries(WITHOUT_DATA)) {
    for (const value of byDefault ? [true, undefined] : [true]) {
      it(`${value} saves a new session, and sets its cookie, when a handler ${what}`, async () => {
        expect(await first(value, path)).to.deep.equal(SAVED)
      })
    }

    for (const value of byDefault ? [false] : [false, undefined]) {
      it(`${value} neither saves a new session nor sets its cookie when a handler ${what}`, async () => {
        expect(await first(value, path)).to.deep.equal(NOTHING)
      })
    }

    it(`true does not set the cookie again when a handler ${what}`, async () => {
      const client = site(true).browser()
      await client.get(path)
      expect(lines(await client.get(path === '/empty' ? '/read' : path))).to.deep.equal([])
    })
  }

  for (const value of [true, false]) {
    it(`${value} saves a session with data once, and sets its cookie`, async () => {
      expect(await first(value, '/')).to.deep.equal(SAVED)
      const client = site(value).browser()
      await client.get()
      expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 1 })
    })
  }

  const { setsCookieOnSave } = storage
  it(`false ${setsCookieOnSave ? 'sets' : 'does not set'} the cookie of a session without data that was saved manually`, async () => {
    expect(await first(false, '/save')).to.deep.equal({ ...SAVED, cookies: setsCookieOnSave ? SAVED.cookies : [] })
  })

  it('false sets the cookie of a session that was changed and saved manually, and saves it once', async () => {
    expect(await first(false, '/change-and-save')).to.deep.equal(SAVED)
  })

  it('true does not save a session that the handler has ended', async () => {
    const store = new TracingStore()
    const client = site(true, store).browser()
    await client.get('/leave')
    // Koa clears the cookie, even if the client has none
    expect({ calls: store.trace(), cookies: client.jar.names }).to.deep.equal(NOTHING)
  })
})

onEachHost('options: saveUninitialized', host => {
  it('true stores the session under the ID that is sent', async () => {
    const store = new TracingStore()
    const client = siteOn(host, { store, saveUninitialized: true }, HANDLERS).browser()
    await client.get('/nothing')
    const [name = ''] = client.jar.names
    expect(Object.keys(store.sessions)).to.deep.equal([host.carriedBy(client.jar.value(name) as string)])
  })
})

/** Only on Connect. */
describe('options: saveUninitialized', () => {
  it('is deprecated if it is missing', () => {
    expect(deprecations(() => session({ secret: 'x', resave: false }))).to.deep.equal([
      'undefined saveUninitialized option; provide saveUninitialized option',
    ])
  })
})

onEachKoa('options: saveUninitialized', (host, koa) => {
  for (const storage of host.storages) {
    it(`has an older spelling, allowEmpty${storage.title && `, ${storage.title}`}`, async () => {
      const options = storage.options(new TracingStore()) as object
      const site = new KoaSite({ ...options, allowEmpty: true }, { '/read': showSession }, { koa })
      expect(cookieNames(await site.get('/read'))).to.deep.equal(host.cookieNames(storage.cookieName))
    })
  }
})
