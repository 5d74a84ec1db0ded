import { expect } from 'chai'
import session = require('../../lib')
import { describeValue } from '../../lib/primitives/describe-value'
import { useClock } from '../support/clock'
import { data, routes, show, shown } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { siteOn } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const HOUR = 3_600_000

onEachHost('options: renewAfter and grace', host => {
  const clock = useClock()
  const start = (options: object): void => host.start({ store: new session.MemoryStore() as never, ...options } as Partial<SessionOptions>)

  for (const option of ['renewAfter', 'grace']) {
    for (const given of [NaN, 0, -1, -Infinity, '10000', null, true, {}, 1e16, new Date()]) {
      it(`refuses ${option}: ${describeValue(given)}`, () => {
        expect(() => start({ [option]: given })).to.throw(TypeError, `${option} option must be a number of milliseconds above 0`)
      })
    }
    it(`accepts ${option}`, () => start({ [option]: 1000 }))
  }

  it('accepts no renewal', () => start({ renewAfter: Infinity }))
  it('refuses an endless grace', () => {
    expect(() => start({ grace: Infinity })).to.throw(TypeError, 'grace option must be a number of milliseconds above 0')
  })

  it('does not offer an endless grace', () => {
    for (const grace of [0, -1, '10000', null]) expect(() => start({ grace })).to.throw(TypeError, /above 0, not /)
  })

  for (const limit of ['renewAfter', 'idleTimeout', 'absoluteTimeout']) {
    it(`refuses a grace that is not below ${limit}`, () => {
      expect(() => start({ [limit]: 10_000, grace: 10_000 })).to.throw(TypeError, 'the shortest of which is 10000')
      start({ [limit]: 10_001, grace: 10_000 })
    })
  }

  for (const option of ['renewAfter', 'grace']) {
    it(`refuses ${option} with concurrency: "off"`, () => {
      expect(() => start({ [option]: HOUR, concurrency: 'off' })).to.throw(TypeError, 'concurrency: "off"')
      start({ [option]: HOUR, concurrency: 'merge' })
    })
  }

  it('accepts activity with renewAfter alone', () => {
    start({ renewAfter: HOUR, activity: () => true })
    expect(() => start({ grace: 1000, activity: () => true })).to.throw(TypeError, 'activity option needs idleTimeout')
  })

  it('have no effect on sessions in the cookie', async () => {
    const handlers = routes({
      '/begin': (req, res) => ((data(req).user = 'ada'), res.end()),
      '/read': show,
      '/id': (req, res) => res.end(req.sessionID),
    })
    const options = { store: 'cookie', renewAfter: HOUR, grace: 1000, cookie: { maxAge: 100 * HOUR }, concurrency: 'off' } as never
    const client = siteOn(host, options, handlers).visitor()
    await client.get('/begin')
    const before = (await client.get('/id')).text
    clock.turn(2 * HOUR)
    expect(shown((await client.get('/read')).text)).to.deep.equal({ user: 'ada' })
    expect((await client.get('/id')).text).to.equal(before)
  })

  it('leave no usable ID in a store with hashed IDs', async () => {
    const records: VersionedStore['records'] = new Map()
    const handlers = routes({
      '/begin': (req, res) => ((data(req).user = 'ada'), res.end(req.sessionID)),
      '/id': (req, res) => res.end(req.sessionID),
    })
    const store = new VersionedStore(records)
    const client = siteOn(host, { store, hashIds: true, renewAfter: HOUR, saveUninitialized: false, resave: false }, handlers).visitor()
    const ids = [(await client.get('/begin')).text]
    clock.turn(HOUR)
    await client.get('/id')
    ids.push((await client.get('/id')).text)
    expect(new Set(ids).size).to.equal(2)
    expect(records.size).to.equal(2)
    for (const id of ids) expect(JSON.stringify([...records])).to.not.include(id)
  })

  it('do not renew a response whose headers are sent before its end', async () => {
    const handlers = routes({
      '/': (req, res) => ((data(req).user = 'ada'), res.end()),
      '/stream': async (_req, res) => {
        res.write('a')
        await new Promise(resolve => setImmediate(resolve))
        res.end('b')
      },
      '/read': show,
    })
    const options = { store: new session.MemoryStore() as never, renewAfter: HOUR, saveUninitialized: false, resave: false }
    const client = siteOn(host, options, handlers).visitor()
    await client.get()
    const { cookie } = client
    clock.turn(HOUR)
    if (host.framework === 'Connect') {
      expect((await client.get('/stream')).text).to.equal('ab')
      expect(client.cookie).to.equal(cookie)
    }
    expect(shown((await client.get('/read')).text)).to.deep.equal({ user: 'ada' })
    expect(client.cookie).to.not.equal(cookie)
  })

  it('save a session from before once, and renew it after the time', async () => {
    const store = new session.MemoryStore() as never
    const handlers = routes({ '/': (req, res) => ((data(req).user = 'ada'), res.end()), '/read': show })
    const client = siteOn(host, { store, saveUninitialized: false, resave: false, cookie: { maxAge: 100 * HOUR } }, handlers).visitor()
    await client.get()
    const later = siteOn(host, { store, saveUninitialized: false, resave: false, renewAfter: HOUR }, handlers)
    const after = Object.assign(later.visitor(), { cookie: client.cookie })
    const first = after.cookie.split('.')[0]
    clock.turn(2 * HOUR)
    await after.get('/read')
    expect(after.cookie.split('.')[0]).to.equal(first)
    clock.turn(HOUR)
    await after.get('/read')
    expect(after.cookie).to.not.equal(client.cookie)
    expect(shown((await after.get('/read')).text)).to.deep.equal({ user: 'ada' })
  })

  it('go on with the ID if the renewal fails', async () => {
    const store = new VersionedStore(new Map())
    const handlers = routes({
      '/': (req, res) => ((data(req).user = 'ada'), res.end()),
      '/put': (req, res) => ((data(req).put = true), res.end()),
      '/read': show,
    })
    const site = siteOn(host, { store, renewAfter: HOUR, saveUninitialized: false, resave: false }, handlers)
    const client = site.visitor()
    await client.get()
    const { cookie } = client
    clock.turn(HOUR)
    const { compareAndSet } = store
    store.compareAndSet = (id, session, version, callback) =>
      version === null ? void setImmediate(callback, new Error('full')) : compareAndSet.call(store, id, session, version, callback)
    expect((await client.get('/put')).status).to.be.below(300)
    expect(client.cookie).to.equal(cookie)
    store.compareAndSet = compareAndSet
    expect(shown((await client.get('/read')).text)).to.deep.equal({ user: 'ada', put: true })
    expect(client.cookie).to.not.equal(cookie)
    expect(site.errors).to.deep.equal([])
  })
})
