import { expect } from 'chai'
import session = require('../../../lib')
import koaSession = require('../../../lib/koa')
import { count, KoaSite, lines, show } from '../site'

const SECRET = 'a secret of 32 bytes or more, all random'

/** As apps may have in the place of a list: it signs, and keeps its keys to itself. */
const KEYGRIP = { sign: () => 'signature', index: () => 0, verify: () => true } as never

const value = (line: string | undefined): string => (line ?? '').split(/[=;]/)[1] ?? ''

describe('koa: options: seal', () => {
  it('keeps sessions in the cookie, which nobody can read', async () => {
    const site = new KoaSite({ seal: SECRET }, { '/': count, '/show': show })
    const visitor = site.visitor()
    const res = await visitor.get('/')
    const sealed = value(lines(res).find(line => line.startsWith('koa.sess=')))
    expect(sealed).to.match(/^1\.[\w-]+$/)
    expect(Buffer.from(sealed.slice(2), 'base64url').toString('latin1')).to.not.contain('views')
    expect((await visitor.get('/')).text).to.equal('2')
    expect((await visitor.get('/show')).text).to.equal('{"views":2}')
  })

  it('without it they can be read', async () => {
    const res = await new KoaSite({}, count).get('/')
    const open = value(lines(res).find(line => line.startsWith('koa.sess=')))
    expect(Buffer.from(open, 'base64').toString()).to.contain('"views":1')
  })

  it('does not take what was not sealed, though it is signed', async () => {
    const visitor = new KoaSite({}, count).visitor()
    await visitor.get('/')
    const sealed = new KoaSite({ seal: SECRET }, count).visitor()
    const cookie = visitor.jar.header('/')
    expect((await sealed.get('/', { Cookie: cookie })).text).to.equal('1')
  })

  it('of several the first seals and all open', async () => {
    const old = new KoaSite({ seal: 'the old one' }, count).visitor()
    await old.get('/')
    const both = new KoaSite({ seal: ['the new one', 'the old one'] }, count)
    const res = await both.visitor().get('/', { Cookie: old.jar.header('/') })
    expect(res.text).to.equal('2')
    const young = new KoaSite({ seal: 'the new one' }, count).visitor()
    young.jar.take(lines(res), '/')
    expect((await young.get('/')).text).to.equal('3')
  })

  it('true goes with app.keys, of which the first seals and all open', async () => {
    const old = new KoaSite({ seal: true }, count, { keys: ['old'] }).visitor()
    await old.get('/')
    const sealed = value(lines(await old.get('/')).find(line => line.startsWith('koa.sess=')))
    expect(sealed).to.match(/^1\.[\w-]+$/)
    const Cookie = old.jar.header('/')
    expect((await new KoaSite({ seal: true }, count, { keys: ['new', 'old'] }).visitor().get('/', { Cookie })).text).to.equal('3')
    expect((await new KoaSite({ seal: true }, count, { keys: ['new'] }).visitor().get('/', { Cookie })).text).to.equal('1')
  })

  it('true is an error of the request where they keep themselves hidden, as in a Keygrip', async () => {
    const site = new KoaSite({ seal: true }, count, { keys: KEYGRIP })
    expect((await site.get('/')).status).to.equal(500)
    expect(String(site.errors[0])).to.contain('one or more strings')
    expect((await new KoaSite({ seal: SECRET }, count, { keys: KEYGRIP }).get('/')).status).to.equal(200)
  })

  it('refuses to seal what is in a store, where nothing would be sealed', () => {
    const store = new session.MemoryStore()
    expect(() => koaSession({ store, seal: SECRET })).to.throw(TypeError, 'seal option is for sessions that are kept in the cookie')
    for (const options of [{ store }, { store: 'cookie', seal: SECRET }] as const) expect(() => koaSession(options)).to.not.throw()
  })

  for (const seal of ['', [], [''], 42, null]) {
    it(`refuses ${JSON.stringify(seal)}`, () => {
      expect(() => koaSession({ seal: seal as never })).to.throw(TypeError, 'secret option')
    })
  }
})
