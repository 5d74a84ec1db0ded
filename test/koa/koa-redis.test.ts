import { expect } from 'chai'
import { needsRedis, REDIS } from '../support/engines'
import { turns } from '../support/wire'
import { ORIGINALS } from './lineages/koa-app'
import { count, KoaSite, leave, show, type Handler, type KoaApp } from './site'
import redisStore = require('koa-redis')

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/leave': leave }

describe('koa: koa-redis', () => {
  needsRedis()

  it('keeps sessions for the lifetime of their cookie, under the prefix', async () => {
    const prefix = `resession-koa-${process.pid}-${Math.random().toString(36).slice(2)}:`
    const store = redisStore({ url: REDIS })
    try {
      const visitor = new KoaSite({ store, prefix, cookie: { maxAge: 60_000 } }, HANDLERS).visitor()
      await visitor.get()
      const key = prefix + visitor.jar.value('koa.sid')
      const { client } = store
      expect(await client.ttl(key)).to.be.within(1, 60)
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      await visitor.get('/leave')
      expect(await client.exists(key)).to.equal(0)
    } finally {
      await store.quit()
    }
  })

  it('receives only numbers as ttl, and stores sessions without a lifetime', async () => {
    const prefix = `resession-koa-${process.pid}-${Math.random().toString(36).slice(2)}:`
    const store = redisStore({ url: REDIS })
    try {
      const visitor = new KoaSite({ store, prefix, maxAge: 'session', ttl: 60_000 }, HANDLERS).visitor()
      expect((await visitor.get()).text).to.equal('1')
      expect((await visitor.get()).text).to.equal('2')
      await visitor.get('/leave')
      const { koaSession7 } = ORIGINALS
      const instead = (app: KoaApp): unknown => koaSession7.create({ store: store as never, prefix, maxAge: 'session' }, app as never)
      expect((await new KoaSite({}, HANDLERS, { instead }).get()).status, 'koa-session').to.equal(500)
    } finally {
      await store.quit()
    }
    await turns()
  })
})
