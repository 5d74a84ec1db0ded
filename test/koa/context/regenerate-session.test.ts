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

  it('gives an empty session of another id, and leaves nothing of the old', async () => {
    const regenerate: Handler = async ctx => {
      const session = (await ctx.regenerateSession()) as Bag
      session.same = session === ctx.session && onRequest(ctx).id === ctx.sessionId
    }
    expect(await visits(regenerate)).to.deep.equal([true, 1, '{"same":true}'])
  })

  it('and the same content again is a session that is stored', async () => {
    const regenerate: Handler = async ctx => {
      await ctx.regenerateSession()
      ;(ctx.session as Bag).views = 1
    }
    expect(await visits(regenerate)).to.deep.equal([true, 1, '{"views":1}'])
  })

  it('{ keep: true } takes the data along', async () => {
    expect(await visits(ctx => ctx.regenerateSession({ keep: true }))).to.deep.equal([true, 1, '{"views":1}'])
  })

  it('after null gives a new session, too', async () => {
    const regenerate: Handler = async ctx => {
      ctx.session = null
      const session = (await ctx.regenerateSession()) as Bag
      session.isThis = onRequest(ctx).id === ctx.sessionId && session === ctx.session
    }
    expect(await visits(regenerate)).to.deep.equal([true, 1, '{"isThis":true}'])
  })

  it('after the session’s own destroy gives a new session, too', async () => {
    const regenerate: Handler = async ctx => {
      await onRequest(ctx).destroy()
      await ctx.regenerateSession()
      ;(ctx.session as Bag).views = 1
    }
    expect(await visits(regenerate)).to.deep.equal([true, 1, '{"views":1}'])
  })

  it('after one that was destroyed does not keep the next from ending', async () => {
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

  it('of what was set after null makes one id, and destroys one', async () => {
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

  it('and nothing more leaves nothing in the store: an empty session is like any new one', async () => {
    expect(await visits(ctx => ctx.regenerateSession())).to.deep.equal([true, 0, '{}'])
  })
})
