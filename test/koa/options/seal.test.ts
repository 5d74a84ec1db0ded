import { expect } from 'chai'
import koaSession = require('../../../lib/koa')
import { count, KoaSite, lines, show } from '../site'

const SECRET = 'a secret of 32 bytes or more, all random'

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

  for (const seal of ['', [], [''], 42, null]) {
    it(`refuses ${JSON.stringify(seal)}`, () => {
      expect(() => koaSession({ seal: seal as never })).to.throw(TypeError, 'secret option')
    })
  }
})
