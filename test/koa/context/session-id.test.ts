import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, lines, show, type Ctx, type Middleware } from '../site'

describe('koa context: sessionId', () => {
  const say = (ctx: Ctx): unknown => (ctx.body = ctx.sessionId)

  it('is the ID of the session, and the value of the cookie', async () => {
    const visitor = new KoaSite({ store: new TracingStore() }, { '/': count, '/id': say }).visitor()
    await visitor.get()
    expect((await visitor.get('/id')).text).to.equal(visitor.jar.value('koa.sid'))
  })

  it('has 24 random bytes', async () => {
    expect((await new KoaSite({ store: new TracingStore() }, say).get()).text).to.match(/^[\w-]{32}$/)
  })

  it('is undefined for sessions in the cookie', async () => {
    expect((await new KoaSite({}, ctx => (ctx.body = String(ctx.sessionId))).get()).text).to.equal('undefined')
  })

  describe('set by an earlier middleware, as for koa-generic-session', () => {
    const force: Middleware = (ctx, next) => {
      if (ctx.query.id) ctx.sessionId = String(ctx.query.id)
      return next()
    }

    it('selects the session, on the first request and on later ones', async () => {
      const store = new TracingStore()
      const site = new KoaSite({ store, names: 'cookie' }, { '/': count, '/read': show }, { before: [force] })
      const visitor = site.visitor()
      await visitor.get()
      const id = visitor.jar.value('koa.sid') as string
      expect((await site.get(`/read?id=${id}`)).text).to.include('"views":1')
      const other = new KoaSite({ store, names: 'cookie' }, { '/read': show }, { before: [force] })
      expect((await other.get(`/read?id=${id}`)).text).to.include('"views":1')
    })

    it('that is not in the store is not adopted: the session gets a new one', async () => {
      const visitor = new KoaSite({ store: new TracingStore(), names: 'cookie' }, { '/': count }, { before: [force] }).visitor()
      await visitor.get('/?id=chosen')
      expect(visitor.jar.value('koa.sid')).to.match(/^[\w-]{32}$/)
    })
  })

  it('that is not in the store is cleared, and replaced if there is data to save', async () => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store }, { '/': count, '/read': show }).visitor()
    await visitor.get()
    const before = visitor.jar.value('koa.sid') as string
    await new Promise(resolve => store.destroy(before, resolve))
    expect(lines(await visitor.get('/read')).length).to.equal(2)
    expect(visitor.jar.names).to.deep.equal([])
  })
})
