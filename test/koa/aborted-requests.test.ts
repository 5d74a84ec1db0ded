import { expect } from 'chai'
import { clientFor as inFlightOf } from '../../lib/core/store/store-clients'
import { GateStore } from '../support/gate-store'
import { TracingStore } from '../support/tracing-store'
import { turns, useServers, Wire } from '../support/wire'
import { count, KOAS, KoaSite, leave, show, type Bag, type Handler } from './site'

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/leave': leave }

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: aborted requests, on ${name}`, () => {
    useServers()

    it('leave no session in use, at any stage of the request', async () => {
      const store = new GateStore()
      store.open = true
      const site = new KoaSite({ store }, HANDLERS, { koa })
      const visitor = site.visitor()
      await visitor.get()
      store.open = false
      const wires = await Promise.all(Array.from({ length: 5 }, () => Wire.to(site.server)))
      for (const wire of wires) wire.get('/', `Cookie: ${visitor.jar.header('/')}`)
      await turns()
      for (const wire of wires) wire.socket.destroy()
      await turns(50)
      store.open = true
      store.release()
      await turns(50)
      expect(inFlightOf(store).activeSessions.size).to.equal(0)
    })

    it('leave no session in use with a slow store, after it has responded', async () => {
      const store = new TracingStore()
      const site = new KoaSite({ store }, HANDLERS, { koa })
      const visitor = site.visitor()
      await visitor.get()
      const held: (() => void)[] = []
      const get = store.get.bind(store)
      store.get = (...args) => void held.push(() => get(...args))
      const wire = (await Wire.to(site.server)).get('/', `Cookie: ${visitor.jar.header('/')}`)
      while (held.length === 0) await turns(1)
      expect(inFlightOf(store).activeSessions.size).to.equal(1)
      wire.socket.destroy()
      await turns()
      for (const answer of held) answer()
      await turns(50)
      expect(inFlightOf(store).activeSessions.size).to.equal(0)
    })

    for (const method of ['get', 'set', 'destroy'] as const) {
      it(`leave no session in use if ${method} of the store fails`, async () => {
        const store = new TracingStore()
        const site = new KoaSite({ store }, HANDLERS, { koa })
        const visitor = site.visitor()
        await visitor.get()
        store[method] = ((...args: unknown[]) => (args.at(-1) as (err: Error) => void)(new Error('down'))) as never
        expect((await visitor.get(method === 'destroy' ? '/leave' : '/')).status).to.equal(500)
        await turns()
        expect(inFlightOf(store).activeSessions.size).to.equal(0)
      })
    }
  })
}

describe('koa: concurrent requests', () => {
  const together = async (path: (n: number) => string, handlers: Record<string, Handler>): Promise<[KoaSite, TracingStore, string]> => {
    const store = new TracingStore()
    const site = new KoaSite({ store }, { ...HANDLERS, ...handlers })
    const visitor = site.visitor()
    await visitor.get()
    await Promise.all(Array.from({ length: 50 }, (_, n) => visitor.get(path(n))))
    return [site, store, (await visitor.get('/read')).text]
  }

  it('lose none of fifty keys, of a request each', async () => {
    const set: Handler = async ctx => {
      const session = ctx.session as Bag
      await turns(Number(ctx.query.n) % 7)
      session[`key${ctx.query.n}`] = 1
    }
    const [, , text] = await together(n => `/set?n=${n}`, { '/set': set })
    expect(Object.keys(JSON.parse(text) as object).length).to.equal(51)
  })

  it('do not restore a session that one of them has destroyed', async () => {
    let arrived = 0
    /** All requests have read the session before the first goes on. */
    const together50 =
      (act: Handler): Handler =>
      async ctx => {
        arrived++
        while (arrived < 50) await turns(1)
        await turns(Number(ctx.query.n))
        return act(ctx)
      }
    const set = together50(ctx => ((ctx.session as Bag).views = ctx.query.n))
    const path = (n: number): string => `${n === 25 ? '/end' : '/set'}?n=${n}`
    const [, store, text] = await together(path, { '/set': set, '/end': together50(leave) })
    expect([text, await store.count()]).to.deep.equal(['{}', 0])
  })
})
