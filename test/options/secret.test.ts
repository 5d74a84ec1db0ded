import { createSecretKey } from 'node:crypto'
import { inspect } from 'node:util'
import { sign } from 'cookie-signature'
import cookieParser = require('cookie-parser')
import { expect } from 'chai'
import { count } from '../support/handlers'
import { deprecations } from '../support/deprecations'
import { setCookie, Site, type Req } from '../support/site'
import { session } from '../support/subject'

/** The expected value of a cookie, made without the package under test. */
const signed = (id: string, secret: string): string => encodeURIComponent(`s:${sign(id, secret)}`)

describe('options: secret', () => {
  it('signs the ID with HMAC-SHA256', async () => {
    const site = new Site({ secret: 'keyboard cat', genid: () => 'abc' }, count)
    expect(setCookie(await site.get())).to.equal(`connect.sid=${signed('abc', 'keyboard cat')}; Path=/; HttpOnly`)
  })

  it('may be a Buffer', async () => {
    const site = new Site({ secret: Buffer.from('keyboard cat'), genid: () => 'abc' }, count)
    expect(setCookie(await site.get())).to.contain(signed('abc', 'keyboard cat'))
  })

  it('may be a KeyObject', async () => {
    const site = new Site({ secret: createSecretKey(Buffer.from('keyboard cat')), genid: () => 'abc' }, count)
    expect(setCookie(await site.get())).to.contain(signed('abc', 'keyboard cat'))
  })

  it('may be an array, whose first secret signs', async () => {
    const site = new Site({ secret: ['new', 'old'], genid: () => 'abc' }, count)
    expect(setCookie(await site.get())).to.contain(signed('abc', 'new'))
  })

  it('may be an array, whose secrets all verify', async () => {
    const store = new session.MemoryStore()
    const before = new Site({ secret: 'old', store }, count)
    const visitor = before.visitor()
    await visitor.get()
    const after = new Site({ secret: ['new', 'old'], store }, count)
    const later = after.visitor()
    later.cookie = visitor.cookie
    expect((await later.get()).text).to.equal('2')
  })

  it('reads an array on each request, so that a secret can be added while the server runs', async () => {
    const secrets = ['old']
    const site = new Site({ secret: secrets, genid: () => 'abc' }, count)
    secrets.unshift('new')
    expect(setCookie(await site.get())).to.contain(signed('abc', 'new'))
  })

  it('may be a function of the request', async () => {
    const site = new Site({ secret: (req: Req) => `of ${req.url}`, genid: () => 'abc' }, count)
    expect(setCookie(await site.get('/a'))).to.contain(signed('abc', 'of /a'))
  })

  it('may be an async function', async () => {
    const site = new Site({ secret: async () => ['new', 'old'], genid: () => 'abc' }, count)
    const visitor = site.visitor()
    visitor.cookie = `connect.sid=${signed('abc', 'old')}`
    expect((await visitor.get()).text).to.equal('1')
    expect((await visitor.get()).text).to.equal('2')
  })

  it('may be a function, whose failure is an error for next', async () => {
    const site = new Site({ secret: () => Promise.reject(new Error('vault is shut')) }, count)
    expect((await site.get()).text).to.equal('vault is shut')
    const other = new Site({ secret: () => 5 as never }, count)
    expect((await other.get().set('Cookie', 'connect.sid=s:a.b')).status).to.equal(500)
  })

  it('comes from cookie-parser when the option is missing', async () => {
    const parse = cookieParser('parsed')
    const site = new Site({ secret: undefined as never, genid: () => 'abc' }, count, (req, res) =>
      parse(req as never, res as never, () => {}),
    )
    expect(setCookie(await site.get())).to.contain(signed('abc', 'parsed'))
  })

  it('is an error for next if it is missing, and cookie-parser provides none', async () => {
    const site = new Site({ secret: undefined as never }, count)
    expect((await site.get()).text).to.equal('secret option required for sessions')
  })

  it('is deprecated if it is left to cookie-parser', () => {
    expect(deprecations(() => session({ resave: false, saveUninitialized: false } as never))).to.deep.equal([
      'req.secret; provide secret option',
    ])
  })

  it('refuses an empty array', () => {
    expect(() => session({ secret: [] })).to.throw(TypeError, 'secret option array must contain one or more strings')
  })

  it('refuses an empty secret', () => {
    for (const empty of [Buffer.alloc(0), createSecretKey(Buffer.alloc(0)), ['keyboard cat', ''], ['keyboard cat', Buffer.alloc(0)]]) {
      expect(() => session({ secret: empty as never })).to.throw(TypeError, 'secret option must not be empty')
    }
  })

  const refused: readonly (readonly [secrets: unknown[], message: string])[] = [
    [[undefined, 'keyboard cat'], 'entry 0 of the array is undefined'],
    [[null], 'entry 0 of the array is null'],
    [[undefined, undefined], 'entry 0 of the array is undefined'],
    [['keyboard cat', ''], 'entry 1 of the array is empty'],
    [['keyboard cat', { key: undefined }], 'entry 1 of the array is undefined'],
  ]
  for (const [secrets, message] of refused) {
    it(`refuses ${inspect(secrets)}, and says which entry is missing`, () => {
      expect(() => session({ secret: secrets as never })).to.throw(
        TypeError,
        `secret option must not be empty: ${message}; set the environment variable that it comes from`,
      )
    })
  }

  for (const [name, secret] of Object.entries({
    'an array': ['keyboard cat', undefined, null, 'older cat'],
    'the array of a function': () => ['keyboard cat', undefined, 'older cat'],
    'an array with false': ['keyboard cat', false, 'older cat'],
    'an array with a hole': Object.assign(['keyboard cat'], { 2: 'older cat' }),
    'dated secrets with a hole': Object.assign([{ key: 'keyboard cat' }], { 2: { key: 'older cat', from: 0 } }),
    'dated secrets': [{ key: 'keyboard cat' }, undefined, { key: 'older cat', from: 0 }],
  })) {
    it(`leaves out entries of ${name} that are missing, behind the first one`, async () => {
      const site = new Site({ secret: secret as never, genid: () => 'abc' }, count)
      expect((await site.get().set('Cookie', 'connect.sid=s%3Aabc.forged')).status).to.equal(200)
      const visitor = site.visitor()
      visitor.cookie = `connect.sid=${signed('abc', 'older cat')}`
      expect([(await visitor.get()).text, (await visitor.get()).text]).to.deep.equal(['2', '3'])
    })
  }

  it('refuses an array of a function whose first secret is missing', async () => {
    const site = new Site({ secret: (() => [undefined, 'older cat']) as never }, count)
    expect((await site.get()).text).to.contain('secret option must not be empty: entry 0 of the array is undefined')
  })

  it('refuses an empty secret from a function, or that is added to an array later', async () => {
    const live = ['keyboard cat']
    const sites = [() => '', () => ['keyboard cat', ''], async () => [''], live].map(secret => new Site({ secret: secret as never }, count))
    live.unshift('')
    for (const site of sites) {
      const { status, text } = await site.get()
      expect([status, text]).to.deep.equal([500, 'secret option must not be empty'])
    }
  })

  it('refuses a value that is no key', () => {
    expect(() => session({ secret: 42 as never })).to.throw(TypeError, 'secret option must be')
    expect(() => session({ secret: ['fine', {} as never] })).to.throw(TypeError, 'secret option must be')
  })
})
