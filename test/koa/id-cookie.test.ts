import { expect } from 'chai'
import { TracingStore } from '../support/tracing-store'
import { count, KoaSite, leave, lines, show, type Handler, type Visitor } from './site'

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/leave': leave, '/app': count, '/app/leave': leave }

describe('koa: the cookie of a session ID', () => {
  /** A client with a session, and another client that knows its ID. */
  async function two(options: object): Promise<{ store: TracingStore; thief: Visitor; id: string; signature: string | undefined }> {
    const store = new TracingStore()
    const site = new KoaSite({ store, ...options }, HANDLERS)
    const visitor = site.visitor()
    await visitor.get()
    store.trace()
    return { store, thief: site.visitor(), id: visitor.jar.value('koa.sid') as string, signature: visitor.jar.value('koa.sid.sig') }
  }

  it('without its signature is ignored, without a store call', async () => {
    const { store, thief, id } = await two({})
    thief.jar.forge('koa.sid', id)
    expect((await thief.get('/read')).text).to.equal('{}')
    expect(store.trace()).to.deep.equal([])
  })

  it('with the signature of another ID is ignored, without a store call', async () => {
    const { store, thief, id } = await two({})
    await thief.get()
    store.trace()
    thief.jar.forge('koa.sid', id)
    expect((await thief.get('/read')).text).to.equal('{}')
    expect(store.trace()).to.deep.equal([])
  })

  it('with a forged signature is ignored', async () => {
    const { store, thief, id, signature = '' } = await two({})
    thief.jar.forge('koa.sid', id)
    thief.jar.forge('koa.sid.sig', signature.slice(0, -1) + (signature.endsWith('A') ? 'B' : 'A'))
    expect((await thief.get('/read')).text).to.equal('{}')
    expect(store.trace()).to.deep.equal([])
  })

  it('with its own signature is accepted', async () => {
    const { thief, id, signature } = await two({})
    thief.jar.forge('koa.sid', id)
    thief.jar.forge('koa.sid.sig', signature as string)
    expect((await thief.get('/read')).text).to.equal('{"views":1}')
  })

  it('is accepted without a signature if signed is false', async () => {
    const { thief, id, signature } = await two({ signed: false })
    thief.jar.forge('koa.sid', id)
    expect([signature, (await thief.get('/read')).text]).to.deep.equal([undefined, '{"views":1}'])
  })

  for (const options of [{}, { path: '/app' }, { domain: 'example.com' }, { path: '/app', domain: 'example.com', secure: false }]) {
    it(`is cleared with the attributes that it was set with: ${JSON.stringify(options)}`, async () => {
      const visitor = new KoaSite({ store: new TracingStore(), cookie: options }, HANDLERS).visitor()
      const attributes = (line: string): string => line.replace(/=[^;]*/, '')
      const set = lines(await visitor.get('/app')).map(attributes)
      const cleared = lines(await visitor.get('/app/leave'))
      expect(set.map(line => line.split(';')[0])).to.deep.equal(['koa.sid', 'koa.sid.sig'])
      const past = '; expires=Thu, 01 Jan 1970 00:00:00 GMT'
      expect(cleared.filter(line => line.includes(past)).map(line => attributes(line.replace(past, '')))).to.deep.equal(set)
      expect(visitor.jar.names).to.deep.equal([])
    })
  }
})
