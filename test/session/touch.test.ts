import { expect } from 'chai'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { useClock } from '../support/clock'
import { count, routes } from '../support/handlers'
import { setCookie, Site } from '../support/site'
import { session } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const MINUTE = 60_000

describe('session: touch and resetMaxAge', () => {
  const clock = useClock()

  for (const method of ['touch', 'resetMaxAge'] as const) {
    it(`${method} starts the lifetime again, and returns the session`, async () => {
      const site = new Site({ cookie: { maxAge: MINUTE } }, (req, res) => {
        clock.turn(10_000)
        const before = req.session.cookie.maxAge
        const returned = req.session[method]()
        res.end(JSON.stringify([before, req.session.cookie.maxAge, returned === req.session]))
      })
      expect(JSON.parse((await site.get()).text)).to.deep.equal([50_000, MINUTE, true])
    })
  }

  it('is done by the middleware at the end of every request', async () => {
    const store = new TracingStore()
    const site = new Site(
      { store, cookie: { maxAge: MINUTE } },
      routes({ '/': count, '/read': (req, res) => res.end(String(req.session.cookie.maxAge)) }),
    )
    const visitor = site.visitor()
    await visitor.get()
    clock.turn(40_000)
    expect((await visitor.get('/read')).text).to.equal('20000')
    clock.turn(40_000)
    expect((await visitor.get('/')).text).to.equal('2')
    clock.turn(MINUTE)
    expect((await visitor.get('/')).text).to.equal('1')
  })

  it('is done once per request, even with several writes', async () => {
    let touched = 0
    const site = new Site({ saveUninitialized: true }, (req, res) => {
      req.session.touch = () => (touched++, req.session)
      res.write('a ')
      res.end('b')
    })
    expect((await site.get()).text).to.equal('a b')
    expect(touched).to.equal(1)
  })

  it('starts the lifetime of the cookie at the end of the request that sets it', async () => {
    const site = new Site({ cookie: { maxAge: MINUTE } }, (req, res) => {
      clock.turn(10_000)
      count(req, res)
    })
    expect(setCookie(await site.get())).to.contain('Expires=Thu, 01 Jan 2026 00:01:10 GMT')
  })

  it('is skipped if the store has no touch method', async () => {
    class Plain extends session.Store {
      readonly inner = new TracingStore()
      override get = this.inner.get.bind(this.inner) as never
      override set = this.inner.set.bind(this.inner) as never
      override destroy = this.inner.destroy.bind(this.inner) as never
    }
    const store = new Plain()
    const visitor = new Site({ store }, routes({ '/': count, '/read': (_, res) => res.end() })).visitor()
    await visitor.get()
    store.inner.trace()
    await visitor.get('/read')
    expect(store.inner.trace()).to.deep.equal(['get'])
  })

  it('that fails in the store is an error for next, and the response is sent', async () => {
    const store = new TracingStore()
    const site = new Site({ store }, routes({ '/': count, '/read': (_, res) => res.end('fine') }))
    const visitor = site.visitor()
    await visitor.get()
    store.touch = (_, __, callback) => callback?.(new Error('no disk'))
    expect((await visitor.get('/read')).text).to.equal('fine')
    await new Promise(resolve => setImmediate(resolve))
    expect(site.errors.map(err => err.message)).to.deep.equal(['no disk'])
  })

  it('of a session that no longer exists is no error, even if the store reports one', async () => {
    const store = new TracingStore()
    const site = new Site({ store, cookie: { maxAge: MINUTE } }, routes({ '/': count, '/read': (_, res) => res.end('fine') }))
    const visitor = site.visitor()
    await visitor.get()
    // As connect-mongo does
    store.touch = (id, _, callback) => store.destroy(id, () => callback?.(new Error('Unable to find the session to touch')))
    let heard = 0
    const listener = (): void => void heard++
    subscribe('resession:interrupted', listener)
    expect((await visitor.get('/read')).text).to.equal('fine')
    await new Promise(resolve => setImmediate(resolve))
    unsubscribe('resession:interrupted', listener)
    expect(site.errors).to.deep.equal([])
    expect(heard).to.equal(1)
  })
})
