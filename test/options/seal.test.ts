import { expect } from 'chai'
import { count as countViews, KoaSite } from '../koa/site'
import type { Browser } from '../support/browser'
import { count, data, routes, show, shown } from '../support/handlers'
import { onEachHost, onEachKoa, onEachStore } from '../support/hosts'
import { Site, siteOn } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const SECRET = 'a secret of 32 bytes or more, all random'

type Seal = SessionOptions['seal']

const HANDLERS = routes({
  '/': count,
  '/read': show,
  '/fill': (req, res) => ((data(req).text = 'x'.repeat(2900)), res.end()),
})

/** How many requests of this client the site has counted before. */
const countedBy = async (site: Site, { jar }: Browser): Promise<number> =>
  Number((await site.visitor().get('/', { Cookie: jar.header('/') })).text) - 1

onEachHost('options: seal', host => {
  const siteOf = (seal: Seal, options: Partial<SessionOptions> = {}): Site => siteOn(host, { store: 'cookie', seal, ...options }, HANDLERS)

  async function known(seal: Seal, options?: Partial<SessionOptions>): Promise<Browser> {
    const client = siteOf(seal, options).browser()
    await client.get()
    return client
  }

  /** The session's cookie, without its signature. */
  const payloadOf = ({ jar }: Browser): string => host.carriedBy(jar.value(jar.names[0] as string) as string)

  for (const [how, seal] of Object.entries({ true: true, 'a secret': SECRET, 'a Buffer': Buffer.from(SECRET) } as const)) {
    it(`${how} encrypts the session in the cookie`, async () => {
      const client = await known(seal)
      const payload = payloadOf(client)
      expect(payload).to.match(/^1\.[\w-]+$/)
      expect(Buffer.from(payload.slice(2), 'base64url').toString('latin1')).to.not.contain('views')
      expect((await client.get()).text).to.equal('2')
      expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 2 })
    })
  }

  it('is off by default: clients can read the session', async () => {
    const payload = JSON.parse(Buffer.from(payloadOf(await known(undefined)), 'base64').toString()) as Record<string, unknown>
    const values = host.framework === 'Connect' ? (payload.data as object) : payload
    expect(Object.entries(values).filter(([key]) => !key.startsWith('_'))).to.deep.equal([['views', 1]])
  })

  it('makes a different cookie each time for the same session', async () => {
    const [one, other] = [await known(SECRET, { genid: () => 'abc' }), await known(SECRET, { genid: () => 'abc' })]
    expect(payloadOf(one)).to.not.equal(payloadOf(other))
  })

  it('refuses a cookie that is signed and not sealed; without the option, a sealed cookie is refused', async () => {
    expect(await countedBy(siteOf(SECRET), await known(undefined))).to.equal(0)
    expect(await countedBy(siteOf(undefined), await known(SECRET))).to.equal(0)
    expect(await countedBy(siteOf(SECRET), await known(SECRET))).to.equal(1)
  })

  it('refuses a cookie that is signed, and sealed with another secret', async () => {
    expect(await countedBy(siteOf('another'), await known(SECRET))).to.equal(0)
    expect(await countedBy(siteOf(true), await known(SECRET))).to.equal(0)
  })

  it('seals with the first of several secrets, and opens with all', async () => {
    const old = await known('old')
    expect(await countedBy(siteOf(['new', 'old']), old)).to.equal(1)
    expect(await countedBy(siteOf('new'), await known(['new', 'old']))).to.equal(1)
    expect(await countedBy(siteOf('old'), await known(['new', 'old']))).to.equal(0)
  })

  it('reads an array on each request, so that a secret can be added while the server runs', async () => {
    const seal = ['old']
    const site = siteOf(seal)
    seal.unshift('new')
    const client = site.browser()
    await client.get()
    expect(await countedBy(siteOf('new'), client)).to.equal(1)
    expect(await countedBy(site, await known('old'))).to.equal(1)
  })

  it('true seals with the first secret that signs, and opens with all', async () => {
    const old = await known(true, { secret: 'old' })
    expect(await countedBy(siteOf(true, { secret: ['new', 'old'] }), old)).to.equal(1)
    expect(await countedBy(siteOf(true, { secret: 'new' }), old)).to.equal(0)
  })

  it('adds less than 80 bytes to the cookie', async () => {
    const [sealed, plain] = [siteOf(SECRET).browser(), siteOf(undefined).browser()]
    for (const client of [sealed, plain]) expect((await client.get('/fill')).status).to.equal(200)
    expect(sealed.jar.header('/').length - plain.jar.header('/').length).to.be.within(1, 80)
  })

  it('is accepted for sessions in the cookie', () => {
    for (const seal of [true, SECRET] as const) expect(() => host.start({ store: 'cookie', seal })).to.not.throw()
  })

  for (const seal of ['', [], [''], 42, null, false]) {
    it(`refuses ${JSON.stringify(seal)}`, () => {
      expect(() => host.start({ store: 'cookie', seal: seal as never })).to.throw(TypeError, 'secret option')
    })
  }
})

onEachStore('options: seal', (host, storage) => {
  it('is refused for sessions in a store, because it would have no effect', () => {
    const options = storage.options(new TracingStore())
    for (const seal of [true, SECRET] as const) {
      expect(() => host.start({ ...options, seal })).to.throw(TypeError, 'seal option is for sessions that are kept in the cookie')
    }
    expect(() => host.start(options)).to.not.throw()
  })
})

/** Only on Connect. */
describe('options: seal', () => {
  it('is refused for the default store', () => {
    expect(() => session({ secret: 'x', seal: true })).to.throw(TypeError, 'seal option is for sessions that are kept in the cookie')
  })

  it('true uses the secrets of an async function', async () => {
    const sealed = { store: 'cookie', seal: true } as const
    const old = new Site({ ...sealed, secret: 'old' }, HANDLERS).browser()
    await old.get()
    expect(await countedBy(new Site({ ...sealed, secret: async () => ['new', 'old'] }, HANDLERS), old)).to.equal(1)
  })
})

onEachKoa('options: seal', (_, koa) => {
  /** A Keygrip instead of a list: it signs, and does not show its keys. */
  const KEYGRIP = { sign: () => 'signature', index: () => 0, verify: () => true } as never

  it('true is an error of the request if app.keys is a Keygrip, which hides its keys', async () => {
    const site = new KoaSite({ seal: true }, countViews, { keys: KEYGRIP, koa })
    expect((await site.get('/')).status).to.equal(500)
    expect(String(site.errors[0])).to.contain('one or more strings')
    expect((await new KoaSite({ seal: SECRET }, countViews, { keys: KEYGRIP, koa }).get('/')).status).to.equal(200)
  })
})
