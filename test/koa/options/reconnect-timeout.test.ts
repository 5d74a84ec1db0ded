import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { useTimers } from '../../support/timers'
import { useUncaught } from '../../support/uncaught'
import { turns } from '../../support/wire'
import { count, KoaSite } from '../site'

class Distant extends EventEmitter {
  readonly get = (): undefined => undefined
  readonly set = (): undefined => undefined
  readonly destroy = (): undefined => undefined
}

for (const [leaves, comes] of [
  ['disconnect', 'connect'],
  ['DISCONNECT', 'CONNECT'],
] as const) {
  describe(`koa options: reconnectTimeout, of a store that says ${leaves}`, () => {
    const timers = useTimers()
    const uncaught = useUncaught()

    const distant = (reconnectTimeout?: number | false): [KoaSite, Distant] => {
      const store = new Distant()
      return [new KoaSite({ store: store as never, reconnectTimeout }, count), store]
    }

    /** A pending request, and whether it has its response. */
    const visit = (site: KoaSite): { status: Promise<number>; isOver: () => boolean } => {
      let isOver = false
      const status = site.get().then(res => ((isOver = true), res.status))
      return { status, isOver: () => isOver }
    }

    /** Waits long enough for a request that nothing delays. */
    const arrived = async (site: KoaSite): Promise<void> => {
      await turns(200)
      expect(site.errors).to.deep.equal([])
    }

    it('requests wait for it, and go on when it is connected again', async () => {
      const [site, store] = distant()
      store.emit(leaves)
      const waiting = visit(site)
      await arrived(site)
      timers.turn(9_999)
      await arrived(site)
      expect(waiting.isOver()).to.equal(false)
      store.emit(comes)
      expect(await waiting.status).to.equal(200)
    })

    it('is ten seconds by default', async () => {
      const [site, store] = distant()
      store.emit(leaves)
      const waiting = visit(site)
      await arrived(site)
      timers.turn(10_000)
      expect(await waiting.status).to.equal(500)
    })

    it('Infinity waits until the store is connected', async () => {
      const [site, store] = distant(Infinity)
      const before = timers.pending()
      store.emit(leaves)
      expect(timers.pending()).to.equal(before)
      const waiting = visit(site)
      await arrived(site)
      store.emit(comes)
      expect(await waiting.status).to.equal(200)
    })

    it('false ignores the event: the store is asked', async () => {
      const [site, store] = distant(false)
      store.emit(leaves)
      expect(await visit(site).status).to.equal(200)
    })

    for (const [what, options, path] of [
      ['that is skipped', { skip: () => true }, '/'],
      ['on another path than the cookie’s', { path: '/app' }, '/other'],
      ['on another path than the cookie’s, with defer', { path: '/app', defer: true }, '/other'],
      ['that does not await ctx.session, with defer', { defer: true }, '/'],
    ] as const) {
      it(`a request ${what} does not wait`, async () => {
        const store = new Distant()
        const site = new KoaSite({ store: store as never, ...options }, ctx => (ctx.body = 'ok'))
        store.emit(leaves)
        expect((await site.get(path).set('Cookie', 'koa.sid=a')).text).to.equal('ok')
      })
    }

    it('with defer, await ctx.session waits', async () => {
      const store = new Distant()
      const options = { store: store as never, defer: true, signed: false }
      const site = new KoaSite(options, async ctx => (ctx.body = JSON.stringify(await (ctx.session as unknown))))
      store.emit(leaves)
      const waiting = visit(site)
      await arrived(site)
      expect(waiting.isOver()).to.equal(false)
      store.emit(comes)
      expect(await waiting.status).to.equal(200)
    })

    it('a session that is new when the store disconnects does not wait', async () => {
      const store = new Distant()
      const site = new KoaSite({ store: store as never }, ctx => {
        store.emit(leaves)
        count(ctx)
        ctx.body = typeof ctx.sessionId
      })
      expect((await site.get()).text).to.equal('string')
    })

    it('0 does not wait', async () => {
      const [site, store] = distant(0)
      store.emit(leaves)
      timers.turn(0)
      expect(await visit(site).status).to.equal(500)
    })

    it('requests fail after the timeout, and then at once', async () => {
      const [site, store] = distant(500)
      store.emit(leaves)
      const waiting = visit(site)
      await arrived(site)
      timers.turn(500)
      expect(await waiting.status).to.equal(500)
      expect(await visit(site).status).to.equal(500)
      expect(site.errors.map(err => err.message)).to.deep.equal(Array(2).fill('session store is unavailable'))
    })

    it('an outage without requests does not end the process, and later requests fail at once', async () => {
      const [site, store] = distant(500)
      store.emit(leaves)
      timers.turn(500)
      await turns()
      expect(uncaught).to.deep.equal([])
      expect(await visit(site).status).to.equal(500)
      store.emit(comes)
      expect(await visit(site).status).to.equal(200)
    })

    it('the timer of an earlier outage does not affect a connected store or the next outage', async () => {
      const [site, store] = distant(500)
      store.emit(leaves)
      timers.turn(400)
      store.emit(comes)
      timers.turn(200)
      expect(await visit(site).status).to.equal(200)
      store.emit(leaves)
      timers.turn(400)
      const waiting = visit(site)
      await arrived(site)
      timers.turn(99)
      await arrived(site)
      expect(waiting.isOver()).to.equal(false)
      timers.turn(1)
      expect(await waiting.status).to.equal(500)
    })

    it('a second event of one outage is ignored', async () => {
      const [site, store] = distant(500)
      store.emit(leaves)
      timers.turn(400)
      store.emit(leaves)
      timers.turn(100)
      expect(await visit(site).status).to.equal(500)
    })

    it('no timer is set for a connected store', () => {
      const [, store] = distant(500)
      const before = timers.pending()
      store.emit(leaves)
      store.emit(comes)
      expect(timers.pending()).to.equal(before)
    })
  })
}

describe('koa options: reconnectTimeout', () => {
  it('accepts milliseconds that a timer of Node supports, Infinity, and false, and nothing else', () => {
    const set = (reconnectTimeout: unknown) => (): KoaSite => new KoaSite({ reconnectTimeout: reconnectTimeout as number }, count)
    for (const value of [0, 2 ** 31 - 1, Infinity, false]) expect(set(value)).to.not.throw()
    for (const value of ['10s', -1, null, NaN, 2 ** 31, true])
      expect(set(value)).to.throw(
        TypeError,
        'reconnectTimeout option must be a number of milliseconds below 2147483648, Infinity, or false',
      )
  })
})
