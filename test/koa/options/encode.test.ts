import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, lines, show, type KoaSessionOptions } from '../site'

const HANDLERS = { '/': count, '/read': show }

/** JSON in hexadecimal. */
const hex = {
  encode: (data: object): string => Buffer.from(JSON.stringify(data)).toString('hex'),
  decode: (text: string): object => JSON.parse(Buffer.from(text, 'hex').toString()) as object,
}

describe('koa options: encode and decode', () => {
  it('use base64 of JSON by default', async () => {
    const visitor = new KoaSite({}, HANDLERS).visitor()
    await visitor.get()
    const text = Buffer.from(visitor.jar.value('koa.sess') as string, 'base64').toString()
    expect(JSON.parse(text)).to.deep.include({ views: 1 })
  })

  it('convert a session to the value of the cookie, and back', async () => {
    const visitor = new KoaSite(hex, HANDLERS).visitor()
    await visitor.get()
    expect(visitor.jar.value('koa.sess')).to.match(/^[0-9a-f]+$/)
    expect((await visitor.get('/read')).text).to.equal('{"views":1}')
  })

  it('receive the record for encode, and its result for decode', async () => {
    const given: unknown[] = []
    const codec: KoaSessionOptions = {
      encode: data => (given.push(Object.keys(data)), hex.encode(data)),
      decode: text => (given.push(text), hex.decode(text)),
    }
    const visitor = new KoaSite(codec, HANDLERS).visitor()
    await visitor.get()
    const value = visitor.jar.value('koa.sess')
    await visitor.get('/read')
    expect(given).to.deep.equal([['views', '_expire', '_maxAge'], value])
  })

  it('may be set separately', async () => {
    const told: string[] = []
    const decode = (text: string): object => (told.push(text), JSON.parse(Buffer.from(text, 'base64').toString()) as object)
    const visitor = new KoaSite({ decode }, HANDLERS).visitor()
    await visitor.get()
    expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    expect(told.length).to.equal(1)
  })

  it('start a new session if decode throws', async () => {
    const decode = (): object => {
      throw new Error('unreadable')
    }
    const site = new KoaSite({ ...hex, decode }, HANDLERS)
    const visitor = site.visitor()
    await visitor.get()
    expect((await visitor.get('/read')).text).to.equal('{}')
    expect(site.errors).to.deep.equal([])
  })

  for (const made of [null, undefined, 5, 'text']) {
    it(`start a new session if decode returns ${JSON.stringify(made)}`, async () => {
      const visitor = new KoaSite({ ...hex, decode: () => made as never }, HANDLERS).visitor()
      await visitor.get()
      expect((await visitor.get('/read')).text).to.equal('{}')
    })
  }

  it('are an error of the request if encode throws, and no cookie is sent', async () => {
    const encode = (): string => {
      throw new Error('no')
    }
    const site = new KoaSite({ ...hex, encode }, HANDLERS)
    const res = await site.get()
    expect([res.status, lines(res), site.errors.map(err => err.message)]).to.deep.equal([500, [], ['no']])
  })

  for (const made of [undefined, null, 5, {}, Promise.resolve('later')]) {
    const what = made instanceof Promise ? 'a promise' : JSON.stringify(made)
    it(`are an error of the request if encode returns ${what}, and no cookie is sent`, async () => {
      const site = new KoaSite({ ...hex, encode: () => made as never }, HANDLERS)
      const res = await site.get()
      expect([res.status, lines(res), site.errors.map(err => err.name)]).to.deep.equal([500, [], ['TypeError']])
    })
  }

  it('are applied before the seal', async () => {
    const visitor = new KoaSite({ ...hex, seal: 'a secret' }, HANDLERS).visitor()
    await visitor.get()
    expect(visitor.jar.value('koa.sess')).to.match(/^1\.[\w-]+$/)
    expect((await visitor.get('/read')).text).to.equal('{"views":1}')
  })

  it('have no effect for a store', async () => {
    const store = new TracingStore()
    let asked = 0
    const visitor = new KoaSite({ store, encode: () => String(asked++), decode: () => ({ asked: asked++ }) }, HANDLERS).visitor()
    await visitor.get()
    expect([(await visitor.get('/read')).text, asked]).to.deep.equal(['{"views":1}', 0])
  })

  for (const option of ['encode', 'decode']) {
    for (const value of ['base64', 5, {}, null]) {
      it(`${option}: ${JSON.stringify(value)} is refused when the app starts`, () => {
        expect(() => new KoaSite({ [option]: value }, HANDLERS)).to.throw(TypeError, `${option} option must be a function`)
      })
    }
  }
})
