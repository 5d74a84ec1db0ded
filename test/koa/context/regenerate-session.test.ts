import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, onRequest, show, type Bag, type Handler } from '../site'

describe('koa context: regenerateSession', () => {
  const visits = async (handler: Handler): Promise<[boolean, number, string]> => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store }, { '/': count, '/read': show, '/act': handler }).visitor()
    await visitor.get()
    const before = visitor.jar.value('koa.sid')
    await visitor.get('/act')
    const after = visitor.jar.value('koa.sid')
    return [before !== after, await store.count(), (await visitor.get('/read')).text]
  }

  it('makes an empty session under a new ID, and destroys the old one', async () => {
    const regenerate: Handler = async ctx => {
      const session = (await ctx.regenerateSession()) as Bag
      session.same = session === ctx.session && onRequest(ctx).id === ctx.sessionId
    }
    expect(await visits(regenerate)).to.deep.equal([true, 1, '{"same":true}'])
  })

  it('followed by the same data stores the new session', async () => {
    const regenerate: Handler = async ctx => {
      await ctx.regenerateSession()
      ;(ctx.session as Bag).views = 1
    }
    expect(await visits(regenerate)).to.deep.equal([true, 1, '{"views":1}'])
  })

  it('with { keep: true } keeps the data', async () => {
    expect(await visits(ctx => ctx.regenerateSession({ keep: true }))).to.deep.equal([true, 1, '{"views":1}'])
  })

  it('after null makes a new session too', async () => {
    const regenerate: Handler = async ctx => {
      ctx.session = null
      const session = (await ctx.regenerateSession()) as Bag
      session.isThis = onRequest(ctx).id === ctx.sessionId && session === ctx.session
    }
    expect(await visits(regenerate)).to.deep.equal([true, 1, '{"isThis":true}'])
  })

  it('after session.destroy makes a new session too', async () => {
    const regenerate: Handler = async ctx => {
      await onRequest(ctx).destroy()
      await ctx.regenerateSession()
      ;(ctx.session as Bag).views = 1
    }
    expect(await visits(regenerate)).to.deep.equal([true, 1, '{"views":1}'])
  })

  it('after a destroy does not prevent the next session from being ended', async () => {
    const store = new TracingStore()
    const handler: Handler = async ctx => {
      await onRequest(ctx).destroy()
      ctx.session = {} as never
      await (ctx.session as Bag).regenerate()
      ;(ctx.session as Bag).user = 'bob'
      await (ctx.session as Bag).save()
      ctx.session = null
    }
    const visitor = new KoaSite({ store }, { '/': count, '/act': handler }).visitor()
    await visitor.get()
    await visitor.get('/act')
    expect([await store.count(), visitor.jar.value('koa.sid')]).to.deep.equal([0, undefined])
  })

  it('of a session that was set after null makes one ID, and destroys one session', async () => {
    const store = new TracingStore()
    const ids: unknown[] = []
    const regenerate: Handler = async ctx => {
      ctx.session = null
      ctx.session = { a: 1 } as never
      await ctx.regenerateSession({ keep: true })
      ids.push(ctx.sessionId)
    }
    const visitor = new KoaSite({ store }, { '/': count, '/read': show, '/act': regenerate }).visitor()
    await visitor.get()
    store.trace()
    await visitor.get('/act')
    expect([store.trace(), ids, (await visitor.get('/read')).text]).to.deep.equal([
      ['get', 'destroy', 'set'],
      [visitor.jar.value('koa.sid')],
      '{"a":1}',
    ])
  })

  it('without data stores nothing, as for any new session', async () => {
    expect(await visits(ctx => ctx.regenerateSession())).to.deep.equal([true, 0, '{}'])
  })
})
