import { expect } from 'chai'
import type { Browser } from '../support/browser'
import { cookieNames, lines } from '../support/browser'
import { count, routes, show, shown } from '../support/handlers'
import { onEachStorage } from '../support/hosts'
import type { Host, Storage } from '../support/host'
import { Site, siteOn } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const HANDLERS = routes({ '/': count, '/read': show, '/nothing': (_req, res) => res.end() })

onEachStorage('core: resign', (host: Host, storage: Storage) => {
  const store = new TracingStore()
  const siteOf = (secret: string[], options: Partial<SessionOptions> = {}): Site =>
    siteOn(host, { ...storage.options(store), cookie: { maxAge: 60_000 }, secret, ...options } as never, HANDLERS)

  /** A client with a session under the old secret. */
  async function known(options?: Partial<SessionOptions>): Promise<Browser> {
    const client = siteOf(['old'], options).browser()
    await client.get()
    return client
  }

  /** The same client on a site with other secrets. */
  const on = (site: Site, { jar }: Browser): Browser => Object.assign(site.browser(), { jar })

  const kinds: Record<string, Partial<SessionOptions>> = storage.touch
    ? { 'a signed cookie': {} }
    : { 'a signed cookie': {}, 'a sealed cookie': { seal: true } }
  for (const [what, options] of Object.entries(kinds)) {
    it(`sends ${what} again if another secret has made it, once`, async () => {
      const client = on(siteOf(['new', 'old'], { ...options, resign: true }), await known(options))
      const res = await client.get('/nothing')
      expect(cookieNames(res)).to.include(storage.cookieName)
      expect(
        lines(res).every(line => /expires=/i.test(line)),
        'all have the attributes of the session',
      ).to.equal(true)
      expect(lines(await client.get('/nothing'))).to.deep.equal([])
      expect(shown((await on(siteOf(['new'], options), client).get('/read')).text)).to.deep.equal({ views: 1 })
    })

    it(`does not send ${what} of the current secret again`, async () => {
      const client = on(siteOf(['old', 'older'], { ...options, resign: true }), await known(options))
      expect(lines(await client.get('/nothing'))).to.deep.equal([])
    })
  }

  it('does not send a cookie again that no secret has signed', async () => {
    const client = on(siteOf(['new'], { resign: true }), await known())
    expect(lines(await client.get('/nothing')).filter(line => !/expires=Thu, 01 Jan 1970/i.test(line))).to.deep.equal([])
  })

  it('is off by default', async () => {
    if (host.framework === 'Koa') return
    expect(lines(await on(siteOf(['new', 'old']), await known()).get('/nothing'))).to.deep.equal([])
  })

  it('must be true or false', () => {
    expect(() => host.start({ ...storage.options(store), resign: 'yes' as never })).to.throw(TypeError, 'resign option must be')
  })
})

describe('core: resign of payloads with separate seal secrets', () => {
  const siteOf = (seal: string[], options: object = {}): Site => new Site({ store: 'cookie', seal, ...options }, HANDLERS)

  it('seals the session with the first of them, once', async () => {
    const client = siteOf(['old seal of 32 bytes or more, random']).browser()
    await client.get()
    const seals = ['new seal of 32 bytes or more, random', 'old seal of 32 bytes or more, random']
    const rotated = Object.assign(siteOf(seals, { resign: true }).browser(), { jar: client.jar })
    expect(cookieNames(await rotated.get('/nothing'))).to.deep.equal(['connect.sid'])
    expect(lines(await rotated.get('/nothing'))).to.deep.equal([])
    const last = Object.assign(siteOf(seals.slice(0, 1)).browser(), { jar: client.jar })
    expect(shown((await last.get('/read')).text)).to.deep.equal({ views: 1 })
  })

  it('accepts secrets with dates', async () => {
    const seal = [
      { key: 'old seal', until: Date.now() + 60_000 },
      { key: 'new seal', from: Date.now() - 1 },
    ]
    const client = siteOf(seal as never).browser()
    await client.get()
    const other = Object.assign(siteOf(['new seal']).browser(), { jar: client.jar })
    expect(shown((await other.get('/read')).text)).to.deep.equal({ views: 1 })
  })
})
