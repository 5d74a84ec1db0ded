import { expect } from 'chai'
import { count, data, routes, show } from '../support/handlers'
import { payloadOf, readable } from '../support/payload'
import { Site, type Handler, type Visitor } from '../support/site'
import { session, type SessionOptions } from '../support/subject'

const SECRET = 'a secret of 32 bytes or more, all random'

type Seal = SessionOptions['seal']

const fill: Handler = (req, res) => ((data(req).text = 'x'.repeat(2900)), res.end())

const siteOf = (seal: Seal, options: Partial<SessionOptions> = {}): Site =>
  new Site({ store: 'cookie', seal, ...options }, routes({ '/': count, '/read': show, '/fill': fill }))

async function known(seal: Seal, options?: Partial<SessionOptions>): Promise<Visitor> {
  const visitor = siteOf(seal, options).visitor()
  await visitor.get()
  return visitor
}

/** How many visits a site says that there have been before. */
const before = async (site: Site, { cookie }: Visitor): Promise<number> =>
  Number((await site.visitor().get('/', { Cookie: cookie })).text) - 1

describe('options: seal', () => {
  for (const [how, seal] of Object.entries({ true: true, 'a secret': SECRET, 'a Buffer': Buffer.from(SECRET) } as const)) {
    it(`${how} makes of sessions in the cookie what nobody can read`, async () => {
      const visitor = await known(seal)
      const payload = payloadOf(visitor)
      expect(payload).to.match(/^1\.[\w-]+$/)
      expect(Buffer.from(payload.slice(2), 'base64url').toString('latin1')).to.not.contain('views')
      expect((await visitor.get()).text).to.equal('2')
      expect(JSON.parse((await visitor.get('/read')).text)).to.include({ views: 2 })
    })
  }

  it('without it they can be read, and not changed', async () => {
    expect(readable(await known(undefined)).data).to.deep.equal({ views: 1 })
  })

  it('is never twice the same', async () => {
    const [one, other] = [await known(SECRET, { genid: () => 'abc' }), await known(SECRET, { genid: () => 'abc' })]
    expect(payloadOf(one)).to.not.equal(payloadOf(other))
  })

  it('does not take what was not sealed, though it is signed; nor the other way round', async () => {
    expect(await before(siteOf(SECRET), await known(undefined))).to.equal(0)
    expect(await before(siteOf(undefined), await known(SECRET))).to.equal(0)
    expect(await before(siteOf(SECRET), await known(SECRET))).to.equal(1)
  })

  it('does not take what another secret has sealed, though it is signed', async () => {
    expect(await before(siteOf('another'), await known(SECRET))).to.equal(0)
    expect(await before(siteOf(true), await known(SECRET))).to.equal(0)
  })

  it('of several the first seals and all open', async () => {
    const old = await known('old')
    expect(await before(siteOf(['new', 'old']), old)).to.equal(1)
    expect(await before(siteOf('new'), await known(['new', 'old']))).to.equal(1)
    expect(await before(siteOf('old'), await known(['new', 'old']))).to.equal(0)
  })

  it('reads an array anew each time, so that a secret can be put in front while the server runs', async () => {
    const seal = ['old']
    const site = siteOf(seal)
    seal.unshift('new')
    const visitor = site.visitor()
    await visitor.get()
    expect(await before(siteOf('new'), visitor)).to.equal(1)
    expect(await before(site, await known('old'))).to.equal(1)
  })

  it('true goes with secret, where that is changed too', async () => {
    const old = await known(true, { secret: 'old' })
    expect(await before(siteOf(true, { secret: ['new', 'old'] }), old)).to.equal(1)
    expect(await before(siteOf(true, { secret: async () => ['new', 'old'] }), old)).to.equal(1)
    expect(await before(siteOf(true, { secret: 'new' }), old)).to.equal(0)
  })

  it('costs less than 80 bytes of those that a cookie has', async () => {
    const [sealed, plain] = [siteOf(SECRET).visitor(), siteOf(undefined).visitor()]
    for (const visitor of [sealed, plain]) expect((await visitor.get('/fill')).status).to.equal(200)
    expect(sealed.cookie.length - plain.cookie.length).to.be.within(1, 80)
  })

  for (const seal of ['', [], [''], 42, null, false]) {
    it(`refuses ${JSON.stringify(seal)}`, () => {
      expect(() => session({ secret: 'x', store: 'cookie', seal: seal as never })).to.throw(TypeError, 'secret option')
    })
  }

  it('refuses to seal what is in a store, where nothing would be sealed', () => {
    expect(() => session({ secret: 'x', seal: true })).to.throw(TypeError, 'seal option is for sessions that are kept in the cookie')
    expect(() => session({ secret: 'x', store: 'cookie', seal: true })).to.not.throw()
  })
})
