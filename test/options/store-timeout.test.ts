import { expect } from 'chai'
import { FaultyStore } from '../support/faulty-store'
import { data, endWith, routes, show } from '../support/handlers'
import { Site } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { useTimers } from '../support/timers'
import { turns, useServers, Wire } from '../support/wire'

const HANDLERS = routes({
  '/put': (req, res) => ((data(req).n = Number(data(req).n ?? 0) + 1), res.end('done')),
  '/show': show,
  '/logout': (req, res) => req.session.destroy(endWith(res)),
  '/reload': (req, res) => req.session.reload(endWith(res)),
})

/** A visitor with a session, on a store that is about to fall silent. */
async function known(options: Partial<SessionOptions> = {}): Promise<{ site: Site; store: FaultyStore; cookie: string }> {
  const store = new FaultyStore()
  const site = new Site({ store, ...options }, HANDLERS)
  const wire = await Wire.to(site.server)
  const { headers } = await wire.get('/put').answer()
  const cookie = headers
    .find(line => line.startsWith('set-cookie:'))
    ?.slice('set-cookie: '.length)
    .split(';')[0] as string
  store.asked.splice(0)
  return { site, store, cookie: `Cookie: ${cookie}` }
}

describe('options: storeTimeout', () => {
  useServers()
  const timers = useTimers()

  it('answers with an error when the store has not said in time what it has', async () => {
    const { site, store, cookie } = await known({ storeTimeout: 500 })
    store.fail('get', 'silence')
    const wire = (await Wire.to(site.server)).get('/show', cookie)
    await store.silent()
    timers.turn(499)
    await turns()
    expect(wire.text).to.equal('')
    timers.turn(1)
    expect((await wire.answer()).line).to.contain('503')
    expect(site.errors).to.have.length(1)
    expect(site.errors[0]).to.include({ message: 'store did not answer within 500 ms', code: 'ERR_STORE_TIMEOUT', status: 503 })
  })

  for (const [path, method] of [
    ['/put', 'set'],
    ['/show', 'touch'],
    ['/logout', 'destroy'],
  ] as const) {
    it(`lets the answer go, and reports, when ${method} has not come back in time`, async () => {
      const { site, store, cookie } = await known({ storeTimeout: 500, awaitTouch: true })
      store.fail(method, 'silence')
      const wire = (await Wire.to(site.server)).get(path, cookie)
      await store.silent()
      expect(wire.text).to.equal('')
      timers.turn(500)
      expect((await wire.answer()).line).to.contain('200')
      await turns()
      // What the handler itself asked for is the handler's to report
      expect(site.errors.map(err => err.message)).to.deep.equal(method === 'destroy' ? [] : ['store did not answer within 500 ms'])
    })
  }

  it('is ten seconds where nothing is said', async () => {
    const { site, store, cookie } = await known()
    store.fail('get', 'silence')
    const wire = (await Wire.to(site.server)).get('/show', cookie)
    await store.silent()
    timers.turn(9999)
    await turns()
    expect(wire.text).to.equal('')
    timers.turn(1)
    expect((await wire.answer()).line).to.contain('503')
  })

  it('Infinity waits for ever', async () => {
    const { site, store, cookie } = await known({ storeTimeout: Infinity })
    store.fail('get', 'silence')
    const wire = (await Wire.to(site.server)).get('/show', cookie)
    await store.silent()
    timers.turn(2 ** 40)
    store.speak()
    expect((await wire.answer()).line).to.contain('200')
  })

  it('counts what a request waits for its turn: those behind a silent save are answered as soon', async () => {
    const { site, store, cookie } = await known({ storeTimeout: 500 })
    store.fail('set', 'silence')
    const first = (await Wire.to(site.server)).get('/put', cookie)
    await store.silent()
    timers.turn(300)
    const second = (await Wire.to(site.server)).get('/put', cookie)
    while (store.asked.filter(what => what === 'get').length < 2) await turns(1)
    await turns()
    timers.turn(200)
    expect((await first.answer()).line).to.contain('200')
    // It had its turn then, and reads what there is before it writes
    await store.silent(2)
    timers.turn(300)
    expect((await second.answer()).line).to.contain('200')
    expect(timers.now()).to.equal(800)
    await turns()
    expect(site.errors).to.have.length(2)
  })

  it('drops an answer that comes too late', async () => {
    const { site, store, cookie } = await known({ storeTimeout: 500 })
    store.fail('get', 'silence')
    const wire = (await Wire.to(site.server)).get('/show', cookie)
    await store.silent()
    timers.turn(500)
    await wire.answer()
    store.speak()
    await turns()
    expect(site.errors).to.have.length(1)
  })

  it('a write that comes too late does not undo a logout that came behind it', async () => {
    const { site, store, cookie } = await known({ storeTimeout: 500 })
    store.fail('set', 'silence')
    const wire = (await Wire.to(site.server)).get('/put', cookie)
    await store.silent()
    timers.turn(500)
    await wire.answer()
    expect((await (await Wire.to(site.server)).get('/logout', cookie).answer()).body).to.equal('done')
    store.mend()
    store.speak()
    expect(Object.keys(store.sessions)).to.deep.equal([])
  })

  it('sets no timer for a store that answers at once, and leaves none behind for one that does not', async () => {
    const { site, store, cookie } = await known({ storeTimeout: 500 })
    store.fail('set', 'silence')
    const wire = (await Wire.to(site.server)).get('/put', cookie)
    await store.silent()
    expect(timers.pending()).to.equal(1)
    store.speak()
    await wire.answer()
    expect(timers.pending()).to.equal(0)
  })

  for (const value of [1, 10_000, 2 ** 31 - 1, Infinity]) {
    it(`takes ${value}`, () => {
      expect(() => session({ secret: 'x', storeTimeout: value })).to.not.throw()
    })
  }
  for (const value of [0, -1, NaN, 2 ** 31, '500', null]) {
    it(`refuses ${typeof value} ${String(value)}`, () => {
      expect(() => session({ secret: 'x', storeTimeout: value as number })).to.throw(TypeError, /^storeTimeout option must be a number/)
    })
  }
})

describe('options: storeTimeout, of a store that is silent five times in a row', () => {
  useServers()
  const timers = useTimers()

  /** So many requests, all of which the store leaves without an answer. */
  async function silence(site: Site, store: FaultyStore, cookie: string, count: number): Promise<void> {
    store.fail('get', 'silence')
    const wires = await Promise.all(Array.from({ length: count }, async () => (await Wire.to(site.server)).get('/show', cookie)))
    await store.silent(count)
    timers.turn(500)
    for (const wire of wires) await wire.answer()
    store.asked.splice(0)
  }

  it('fails at once for a second, and does not ask it', async () => {
    const { site, store, cookie } = await known({ storeTimeout: 500 })
    await silence(site, store, cookie, 5)
    const { line } = await (await Wire.to(site.server)).get('/show', cookie).answer()
    expect(line).to.contain('503')
    expect(site.errors.at(-1)).to.include({ code: 'ERR_STORE_UNAVAILABLE', status: 503 })
    expect(store.asked).to.deep.equal([])
  })

  it('not of one that is silent four times', async () => {
    const { site, store, cookie } = await known({ storeTimeout: 500 })
    await silence(site, store, cookie, 4)
    store.mend()
    expect((await (await Wire.to(site.server)).get('/show', cookie).answer()).line).to.contain('200')
  })

  it('asks it again after a second, beside a request that does not wait for that', async () => {
    const { site, store, cookie } = await known({ storeTimeout: 500 })
    await silence(site, store, cookie, 5)
    timers.turn(1000)
    expect((await (await Wire.to(site.server)).get('/show', cookie).answer()).line).to.contain('503')
    expect(store.asked).to.deep.equal(['get'])
    expect((await (await Wire.to(site.server)).get('/show', cookie).answer()).line).to.contain('503')
    expect(store.asked).to.deep.equal(['get'])
  })

  it('goes on as soon as it has answered that', async () => {
    const { site, store, cookie } = await known({ storeTimeout: 500 })
    await silence(site, store, cookie, 5)
    timers.turn(1000)
    await (await Wire.to(site.server)).get('/show', cookie).answer()
    store.mend()
    store.speak()
    expect((await (await Wire.to(site.server)).get('/show', cookie).answer()).line).to.contain('200')
  })

  it('goes on with the request that finds it answering at once', async () => {
    const { site, store, cookie } = await known({ storeTimeout: 500 })
    await silence(site, store, cookie, 5)
    timers.turn(1000)
    store.mend()
    expect((await (await Wire.to(site.server)).get('/show', cookie).answer()).line).to.contain('200')
  })
})
