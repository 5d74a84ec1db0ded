import { expect } from 'chai'
import { clientFor } from '../../../lib/core/store/store-clients'
import { TracingStore } from '../../support/tracing-store'
import { useUncaught } from '../../support/uncaught'
import { turns } from '../../support/wire'
import { count, KoaSite, lines, type Bag, type Ctx, type Handler } from '../site'

/** `ctx.session` is a promise here. */
const later = (ctx: Ctx): Promise<Bag> => ctx.session as unknown as Promise<Bag>

const deferredCount: Handler = async ctx => {
  const session = await later(ctx)
  session.views = Number(session.views ?? 0) + 1
  ctx.body = String(session.views)
}

const site = (handlers: Record<string, Handler>, store = new TracingStore()): KoaSite =>
  new KoaSite({ store, defer: true }, { '/count': deferredCount, '/nothing': ctx => (ctx.body = 'nothing'), ...handlers })

describe('koa options: defer', () => {
  const uncaught = useUncaught()

  it('true makes ctx.session a promise, and reads the session once, at its first use', async () => {
    const store = new TracingStore()
    const visitor = site({ '/twice': async ctx => (ctx.body = (await later(ctx)) === (await later(ctx))) }, store).visitor()
    await visitor.get('/count')
    store.trace()
    expect((await visitor.get('/twice')).text).to.equal('true')
    expect(store.trace()).to.deep.equal(['get'])
    await visitor.get('/nothing')
    expect(store.trace()).to.deep.equal([])
  })

  it('false reads the session before the handler', async () => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store, defer: false }, { '/count': count, '/nothing': () => {} }).visitor()
    await visitor.get('/count')
    store.trace()
    await visitor.get('/nothing')
    expect(store.trace()).to.deep.equal(['get'])
  })

  it('true returns the same session for two concurrent uses', async () => {
    const store = new TracingStore()
    const both: Handler = async ctx => {
      const [one, other] = await Promise.all([later(ctx), later(ctx)])
      ctx.body = String(one === other && one.views)
    }
    const visitor = site({ '/both': both }, store).visitor()
    await visitor.get('/count')
    const get = store.get.bind(store)
    store.get = (...args) => void setImmediate(() => get(...args))
    expect((await visitor.get('/both')).text).to.equal('1')
  })

  it('true does not save a session whose promise was not awaited', async () => {
    const store = new TracingStore()
    const visitor = site({ '/touch': ctx => void [later(ctx), (ctx.body = 'touched')] }, store).visitor()
    await visitor.get('/count')
    const get = store.get.bind(store)
    store.get = (...args) => void setTimeout(() => get(...args), 1)
    store.trace()
    expect(lines(await visitor.get('/touch'))).to.deep.equal([])
    expect(store.trace()).to.deep.equal(['get'])
    await turns()
    expect(clientFor(store).activeSessions.size).to.equal(0)
    expect((await visitor.get('/count')).text).to.equal('2')
  })

  it('true lets the app set a session without reading it, under a new ID', async () => {
    const visitor = site({ '/set': ctx => ((ctx.session = { views: 41 } as never), (ctx.body = 'set')) }).visitor()
    const other = new KoaSite({ store: new TracingStore(), defer: true }, ctx => void (ctx.session = { a: 1 } as never)).visitor()
    await visitor.get('/set')
    await other.get()
    expect((await visitor.get('/count')).text).to.equal('42')
    expect(visitor.jar.value('koa.sid')).to.not.equal(other.jar.value('koa.sid'))
  })

  it('true lets the app set a session while it is being read', async () => {
    const store = new TracingStore()
    const get = store.get.bind(store)
    store.get = (...args) => void setImmediate(() => get(...args))
    const set: Handler = async ctx => {
      const reading = later(ctx)
      await Promise.resolve()
      ctx.session = { views: 41 } as never
      ctx.body = String((await reading).views)
    }
    const visitor = site({ '/set': set }, store).visitor()
    await visitor.get('/count')
    expect((await visitor.get('/set')).text).to.equal('41')
    expect((await visitor.get('/count')).text).to.equal('42')
  })

  it('true does not end the process if a session that cannot be read is not awaited', async () => {
    const store = new TracingStore()
    const visitor = site({ '/touch': ctx => void [later(ctx), (ctx.body = 'touched')] }, store).visitor()
    await visitor.get('/count')
    store.get = (_id, done) => void setImmediate(done, new Error('down'))
    expect((await visitor.get('/touch')).text).to.equal('touched')
    await turns()
    expect(uncaught).to.deep.equal([])
    expect(clientFor(store).activeSessions.size).to.equal(0)
    delete (store as { get?: unknown }).get
    expect((await visitor.get('/count')).text).to.equal('2')
  })

  it('true lets the app handle a session that cannot be read', async () => {
    const store = new TracingStore()
    store.get = (_id, done) => void setImmediate(done, new Error('down'))
    const handled = site(
      {
        '/try': async ctx =>
          void (ctx.body = await later(ctx).then(
            () => 'read',
            () => 'handled',
          )),
      },
      store,
    )
    const visitor = handled.visitor()
    await visitor.get('/count')
    expect((await visitor.get('/try')).text).to.equal('handled')
    expect(handled.errors).to.deep.equal([])
  })

  it('true stores changes from before an error', async () => {
    const visitor = site({
      '/fail': async ctx => {
        ;(await later(ctx)).views = 6
        throw new Error('oops')
      },
    }).visitor()
    await visitor.get('/fail')
    expect((await visitor.get('/count')).text).to.equal('7')
  })

  it('true has no session on other paths than the cookie’s, even if the app sets one', async () => {
    const apart = new KoaSite({ store: new TracingStore(), defer: true, cookie: { path: '/app' } }, ctx => {
      ctx.session = { a: 1 } as never
      ctx.body = 'answered'
    })
    const res = await apart.get('/other')
    expect([res.text, lines(res)]).to.deep.equal(['answered', []])
  })
})
