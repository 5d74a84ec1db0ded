import { expect } from 'chai'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { clientFor } from '../../lib/core/store/store-clients'
import { count, KoaSite, show, type Handler as KoaHandler } from '../koa/site'
import { Told } from '../koa/told'
import { useClock } from '../support/clock'
import { useDiagnostics } from '../support/diagnostics'
import { GateStore } from '../support/gate-store'
import { data, endWith, routes } from '../support/handlers'
import type { Host } from '../support/host'
import { onEachHost, onEachKoa } from '../support/hosts'
import { Site, siteOn } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { useTimers } from '../support/timers'
import { turns, useServers, Wire } from '../support/wire'

const MINUTE = 60_000

const HANDLERS = routes({
  '/count': (req, res) => ((data(req).n = Number(data(req).n ?? 0) + 1), res.end('counted')),
  '/read': (_, res) => res.end('read'),
  '/remember': (req, res) => ((req.session.cookie.maxAge = 10 * MINUTE), res.end('remembered')),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
})

/** A client with a session, on a store that calls back when the test says so. */
class Stage {
  readonly store = new GateStore()
  readonly site: Site
  #cookie = ''
  /** The end of the last response on the server. */
  #closed: Promise<unknown> | undefined

  constructor(host: Host, options: Partial<SessionOptions>) {
    const all = { store: this.store, cookie: { maxAge: MINUTE }, ...host.keepsAlive, ...options }
    this.site = siteOn(host, all, HANDLERS)
    this.site.server.on('request', (_, res: ServerResponse) => void (this.#closed = once(res, 'close')))
  }

  async enter(): Promise<this> {
    this.store.open = true
    const client = this.site.visitor()
    await client.get('/count')
    this.#cookie = client.cookie
    this.store.open = false
    this.store.asked.splice(0)
    return this
  }

  async ask(path: string): Promise<Wire> {
    return (await Wire.to(this.site.server)).get(path, `Cookie: ${this.#cookie}`)
  }

  /** The body, if the response is complete by now. */
  async answered(wire: Wire): Promise<string | undefined> {
    await turns()
    return /\r\n\r\n(read|counted|remembered|done)$/.exec(wire.text)?.[1]
  }

  /** A request whose response is complete before the store has called back. A session is in use until the response has ended on the server too. */
  async askAhead(path: string): Promise<void> {
    const wire = await this.ask(path)
    await this.store.waits()
    expect((await wire.answer()).line).to.contain('200')
    await this.#closed
  }

  get inFlight(): number {
    return clientFor(this.store).activeSessions.size
  }
}

onEachHost('options: awaitTouch, with an asynchronous store', host => {
  useServers()
  const clock = useClock()
  const timers = useTimers()
  const messages = useDiagnostics('resession:untouched')
  /** The errors of late touches. */
  const heard = (): string[] => messages.map(([, message]) => (message as { error: Error }).error.message)

  const known = async (options: Partial<SessionOptions> = {}): Promise<Stage> => new Stage(host, options).enter()

  for (const awaitTouch of [undefined, false]) {
    it(`${awaitTouch} sends the response as soon as the store has been called`, async () => {
      const stage = await known({ awaitTouch })
      await stage.askAhead('/read')
      expect(stage.store.asked).to.deep.equal(['touch'])
    })
  }

  it('true sends the response after the store has called back', async () => {
    const stage = await known({ awaitTouch: true })
    const wire = await stage.ask('/read')
    await stage.store.waits()
    expect(await stage.answered(wire)).to.equal(undefined)
    stage.store.release()
    expect((await wire.answer()).body).to.equal('read')
    expect(stage.store.asked).to.deep.equal(['touch'])
  })

  for (const [path, what] of [
    ['/count', 'a save'],
    ['/logout', 'a destroy'],
    ['/remember', 'a maxAge that the handler has set'],
  ] as const) {
    for (const concurrency of ['auto', 'off'] as const) {
      it(`false waits for ${what}, with concurrency ${concurrency}`, async () => {
        const stage = await known({ concurrency })
        const wire = await stage.ask(path)
        await stage.store.waits()
        expect(await stage.answered(wire)).to.equal(undefined)
        stage.store.release()
        expect((await wire.answer()).line).to.contain('200')
      })
    }
  }

  it('false waits for a concurrent save, which may have changed the cookie', async () => {
    const stage = await known()
    const saving = await stage.ask('/count')
    await stage.store.waits()
    const reading = await stage.ask('/read')
    expect(await stage.answered(reading)).to.equal(undefined)
    stage.store.open = true
    stage.store.release()
    expect([(await saving.answer()).body, (await reading.answer()).body]).to.deep.equal(['counted', 'read'])
  })

  it('false does not wait for the touch of another request', async () => {
    const stage = await known()
    await stage.askAhead('/read')
    await stage.askAhead('/read')
    expect(stage.store.asked).to.deep.equal(['touch'])
    stage.store.release()
    expect(stage.inFlight).to.equal(0)
  })

  it('false: a logout waits for a pending touch, and is final', async () => {
    const stage = await known()
    await stage.askAhead('/read')
    const wire = await stage.ask('/logout')
    expect(await stage.answered(wire)).to.equal(undefined)
    expect(stage.store.asked).to.deep.equal(['touch'])
    stage.store.open = true
    stage.store.release()
    expect((await wire.answer()).body).to.equal('done')
    expect(stage.store.asked).to.deep.equal(['touch', 'destroy'])
    expect(Object.keys(stage.store.sessions)).to.deep.equal([])
  })

  it('false keeps the session in use until the store has called back', async () => {
    const stage = await known()
    await stage.askAhead('/read')
    await turns()
    expect(stage.inFlight).to.equal(1)
    stage.store.release()
    expect(stage.inFlight).to.equal(0)
  })

  it('false: a late failure is published on resession:untouched, and is no error of a request', async () => {
    const stage = await known()
    await stage.askAhead('/read')
    stage.store.release(new Error('store down'))
    await turns()
    expect({ errors: stage.site.errors, heard: heard() }).to.deep.equal({ errors: [], heard: ['store down'] })
  })

  it('false: a touch that times out has failed, and the session is no longer in use', async () => {
    const stage = await known({ storeTimeout: 500 })
    await stage.askAhead('/read')
    await turns()
    timers.turn(499)
    expect({ heard: heard(), inFlight: stage.inFlight }).to.deep.equal({ heard: [], inFlight: 1 })
    timers.turn(1)
    expect({ heard: heard(), inFlight: stage.inFlight }).to.deep.equal({ heard: ['store did not answer within 500 ms'], inFlight: 0 })
    expect(timers.pending()).to.equal(0)
  })

  it('false: the next request touches again after a late failure, in spite of touchAfter', async () => {
    const stage = await known({ touchAfter: 1000 })
    clock.turn(1000)
    await stage.askAhead('/read')
    stage.store.release(new Error('store down'))
    await stage.askAhead('/read')
    stage.store.release()
    expect((await (await stage.ask('/read')).answer()).body).to.equal('read')
    expect(stage.store.asked).to.deep.equal(['touch', 'touch'])
  })

  it('true: a touch that fails is an error of the request', async () => {
    const stage = await known({ awaitTouch: true })
    const wire = await stage.ask('/read')
    await stage.store.waits()
    stage.store.release(new Error('store down'))
    expect((await wire.answer()).line).to.contain(host.untouched === 'client' ? '500' : '200')
    await turns()
    expect({ errors: stage.site.errors.map(err => err.message), heard: heard() }).to.deep.equal({ errors: ['store down'], heard: [] })
  })
})

onEachKoa('options: awaitTouch, of a store of promises', (_, koa) => {
  for (const awaitTouch of [undefined, false, true]) {
    it(`${awaitTouch} waits for the store, which saves in place of a touch`, async () => {
      let held: (() => void) | undefined
      let holds = false
      const store = new Told(value => (holds ? new Promise(resolve => (held = () => resolve(value))) : Promise.resolve(value)))
      const read: KoaHandler = ctx => void [(holds = true), show(ctx)]
      const client = new KoaSite({ store, rolling: true, awaitTouch }, { '/': count, '/read': read }, { koa }).visitor()
      await client.get()
      let isAnswered = false
      const reading = client.get('/read').then(() => (isAnswered = true))
      while (!held) await turns(1)
      await turns()
      expect(isAnswered).to.equal(false)
      held()
      await reading
      expect(store.trace()).to.deep.equal(['set', 'get', 'set'])
    })
  }
})

onEachHost('options: awaitTouch', host => {
  for (const value of [true, false, undefined]) {
    it(`takes ${value}`, () => {
      expect(() => host.start({ awaitTouch: value })).to.not.throw()
    })
  }
  for (const value of [null, 0, 1, 'true', {}]) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      expect(() => host.start({ awaitTouch: value as never })).to.throw(TypeError, 'awaitTouch option must be true or false')
    })
  }
})
