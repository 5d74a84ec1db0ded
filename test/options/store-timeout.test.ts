import { expect } from 'chai'
import { count, KoaSite, show } from '../koa/site'
import { FaultyStore } from '../support/faulty-store'
import { onEachKoa, onEachStore } from '../support/hosts'
import type { SessionOptions } from '../support/subject'
import { replyOf, TimedSite } from '../support/timed-site'
import { useTimers } from '../support/timers'
import { TracingStore } from '../support/tracing-store'
import { turns, useServers } from '../support/wire'

const TIMED_OUT = 'store did not answer within 500 ms'

onEachStore('options: storeTimeout', (host, storage) => {
  useServers()
  const timers = useTimers()
  const touch = storage.touch as 'touch' | 'set'

  const known = async (options: Partial<SessionOptions> = { storeTimeout: 500 }): Promise<TimedSite> =>
    new TimedSite(host, storage, options).enter()

  it('a get that times out is an error of the request', async () => {
    const timed = await known()
    const wire = await timed.hang('/read', 'get')
    timers.turn(499)
    await turns()
    expect(wire.text).to.equal('')
    timers.turn(1)
    expect(await replyOf(wire)).to.deep.equal([503, host.errorText(TIMED_OUT, 503)])
    expect(timed.site.errors).to.have.length(1)
    expect(timed.site.errors[0]).to.include({ message: TIMED_OUT, code: 'ERR_STORE_TIMEOUT', status: 503 })
  })

  for (const [what, path, method, body] of [
    ['set', '/put', 'set', 'put'],
    ['touch', '/read', touch, 'read'],
    ['destroy', '/leave', 'destroy', 'left'],
  ] as const) {
    it(`a ${what} that times out: ${host.unsaved.outcome}`, async () => {
      const timed = await known({ storeTimeout: 500, unset: 'destroy' })
      const wire = await timed.hang(path, method)
      timers.turn(499)
      await turns()
      expect(wire.text).to.equal('')
      timers.turn(1)
      expect(await replyOf(wire)).to.deep.equal(host.unsaved.reply(body, 503))
      expect(wire.text).to.not.match(/^set-cookie:/im)
      await turns()
      expect(timed.site.errors.map(err => err.message)).to.deep.equal([TIMED_OUT])
    })
  }

  it('a destroy that the handler calls, and that times out, is an error of its callback', async () => {
    const timed = await known()
    const wire = await timed.hang('/logout', 'destroy')
    expect(wire.text).to.equal('')
    timers.turn(500)
    expect(await replyOf(wire)).to.deep.equal([200, `failed: ${TIMED_OUT}`])
    await turns()
    expect(timed.site.errors).to.deep.equal([])
  })

  it('a destroy that the handler calls, and that times out, is not asked for again by unset', async () => {
    const timed = await known({ storeTimeout: 500, unset: 'destroy' })
    const wire = await timed.hang('/logout', 'destroy')
    timers.turn(500)
    expect(await replyOf(wire)).to.deep.equal([200, `failed: ${TIMED_OUT}`])
    expect(timed.store.asked.filter(what => what === 'destroy')).to.have.length(1)
    expect(wire.text).to.not.match(/^set-cookie:/im)
  })

  it('a session that a late write has restored is not read, and is destroyed again until the store has done it', async () => {
    const timed = await known()
    const wire = await timed.hang('/put', 'set')
    timers.turn(500)
    await wire.answer()
    expect(await timed.visit('/logout')).to.deep.equal([200, 'done'])
    timed.store.fail('destroy', new Error('no'))
    timed.store.speak()
    await turns()
    const destroys = (): number => timed.store.asked.filter(what => what === 'destroy').length
    expect(destroys()).to.equal(2)
    expect(Object.keys(timed.store.sessions)).to.have.length(1)
    const read = timed.store.asked.length
    expect(await timed.visit('/read')).to.deep.equal([200, 'read'])
    expect(timed.store.asked.length).to.equal(read)
    timers.turn(100)
    await turns()
    expect(destroys()).to.equal(3)
    timed.store.mend()
    timers.turn(200)
    await turns()
    expect(Object.keys(timed.store.sessions)).to.deep.equal([])
    expect(timers.pending()).to.equal(0)
  })

  it('time that requests wait for each other on a store that responds does not open the circuit breaker', async () => {
    const timed = await known()
    const { store } = timed
    const first = await timed.hang('/put', 'set')
    const others = []
    for (let other = 0; other < 8; other++) others.push(await timed.ask('/put'))
    while (store.asked.filter(what => what === 'get').length < 9) await turns(1)
    await turns()
    timers.turn(499)
    store.fail('get', 'silence')
    store.speak()
    await store.silent()
    // Each of the other calls begins a millisecond before its time limit
    timers.turn(1)
    await Promise.all([first, ...others].map(replyOf))
    store.mend()
    expect(
      await timed.site
        .visitor()
        .get('/put')
        .then(({ status }) => status),
    ).to.equal(200)
  })

  it('is ten seconds by default', async () => {
    const timed = await known({})
    const wire = await timed.hang('/read', 'get')
    timers.turn(9999)
    await turns()
    expect(wire.text).to.equal('')
    timers.turn(1)
    expect((await replyOf(wire))[0]).to.equal(503)
  })

  it('Infinity waits forever', async () => {
    const timed = await known({ storeTimeout: Infinity })
    const wire = await timed.hang('/read', 'get')
    timers.turn(2 ** 40)
    timed.store.speak()
    expect((await replyOf(wire))[0]).to.equal(200)
  })

  it('includes the time that a request waits for the save of another', async () => {
    const timed = await known()
    const { store } = timed
    const first = await timed.hang('/put', 'set')
    timers.turn(300)
    const second = await timed.ask('/put')
    while (store.asked.filter(what => what === 'get').length < 2) await turns(1)
    await turns()
    timers.turn(200)
    expect(await replyOf(first)).to.deep.equal(host.unsaved.reply('put', 503))
    // It is next now, and reads again before it writes
    await store.silent(2)
    timers.turn(300)
    expect(await replyOf(second)).to.deep.equal(host.unsaved.reply('put', 503))
    expect(timers.now()).to.equal(800)
    await turns()
    expect(timed.site.errors).to.have.length(2)
  })

  it('a late callback of the store is ignored', async () => {
    const timed = await known()
    const wire = await timed.hang('/read', 'get')
    timers.turn(500)
    await wire.answer()
    timed.store.speak()
    await turns()
    expect(timed.site.errors).to.have.length(1)
  })

  it('a write that timed out does not restore a session that was destroyed after it', async () => {
    const timed = await known()
    const wire = await timed.hang('/put', 'set')
    timers.turn(500)
    await wire.answer()
    expect(await timed.visit('/logout')).to.deep.equal([200, 'done'])
    timed.store.mend()
    timed.store.speak()
    await turns()
    expect(Object.keys(timed.store.sessions)).to.deep.equal([])
  })

  it('a call that has called back leaves no timer', async () => {
    const timed = await known()
    expect(timers.pending()).to.equal(0)
    const wire = await timed.hang('/put', 'set')
    expect(timers.pending()).to.equal(1)
    timed.store.speak()
    await wire.answer()
    expect(timers.pending()).to.equal(0)
  })
})

onEachStore('options: storeTimeout', (host, storage) => {
  const start = (storeTimeout: number): void => host.start({ ...storage.options(new TracingStore()), storeTimeout })

  for (const value of [1, 10_000, 2 ** 31 - 1, Infinity]) {
    it(`takes ${value}`, () => {
      expect(() => start(value)).to.not.throw()
    })
  }
  for (const value of [0, -1, NaN, 2 ** 31, '500', null]) {
    it(`refuses ${typeof value} ${String(value)}`, () => {
      expect(() => start(value as number)).to.throw(TypeError, /^storeTimeout option must be a number/)
    })
  }
})

onEachKoa('options: storeTimeout', (host, koa) => {
  const timers = useTimers()

  for (const storage of host.storages.filter(({ touch }) => touch)) {
    it(`a get that times out is given to onError${storage.title && `, ${storage.title}`}`, async () => {
      const heard: unknown[] = []
      const onError = (err: unknown, what: string): void => void heard.push([(err as { code: string }).code, what])
      const store = new FaultyStore()
      const options = { ...storage.options(store), storeTimeout: 500, onError } as object
      const client = new KoaSite(options, { '/': count, '/read': show }, { koa }).visitor()
      await client.get()
      store.fail('get', 'silence')
      const answered = client.get('/read')
      await store.silent()
      timers.turn(500)
      expect((await answered).status).to.equal(200)
      expect(heard).to.deep.equal([['ERR_STORE_TIMEOUT', 'get']])
    })
  }
})
