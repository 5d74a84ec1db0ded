import { expect } from 'chai'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { portOf } from '../../lib/core/ports'
import { useClock } from '../support/clock'
import { GateStore } from '../support/gate-store'
import { data, endWith, routes } from '../support/handlers'
import type { Host } from '../support/host'
import { onEachHost } from '../support/hosts'
import { Site } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { useTimers } from '../support/timers'
import { turns, useServers, Wire } from '../support/wire'

const MINUTE = 60_000

const HANDLERS = routes({
  '/count': (req, res) => ((data(req).n = Number(data(req).n ?? 0) + 1), res.end('counted')),
  '/read': (_, res) => res.end('read'),
  '/remember': (req, res) => ((req.session.cookie.maxAge = 10 * MINUTE), res.end('remembered')),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
})

/** A visitor with a session, on a store that answers when it is told. */
class Stage {
  readonly store = new GateStore()
  readonly site: Site
  #cookie = ''

  constructor(host: Host, options: Partial<SessionOptions>) {
    const all = { store: this.store, cookie: { maxAge: MINUTE }, ...host.keepsAlive, ...options }
    this.site = new Site(all, HANDLERS, undefined, host)
  }

  async enter(): Promise<this> {
    this.store.open = true
    const visitor = this.site.visitor()
    await visitor.get('/count')
    this.#cookie = visitor.cookie
    this.store.open = false
    this.store.asked.splice(0)
    return this
  }

  async ask(path: string): Promise<Wire> {
    return (await Wire.to(this.site.server)).get(path, `Cookie: ${this.#cookie}`)
  }

  /** What has been answered by now, as far as it is whole. */
  async answered(wire: Wire): Promise<string | undefined> {
    await turns()
    return /\r\n\r\n(read|counted|remembered|done)$/.exec(wire.text)?.[1]
  }

  /** A request whose answer is there before the store has said a word. */
  async askAhead(path: string): Promise<void> {
    const wire = await this.ask(path)
    await this.store.waits()
    expect((await wire.answer()).line).to.contain('200')
  }

  get inFlight(): number {
    return portOf(this.store).inFlight.size
  }
}

onEachHost('options: awaitTouch, of a store that is not near', host => {
  useServers()
  const clock = useClock()
  const timers = useTimers()
  const heard: unknown[] = []
  const hear = (message: unknown): void => void heard.push((message as { error: Error }).error.message)

  beforeEach(() => {
    heard.splice(0)
    subscribe('resession:untouched', hear)
  })
  afterEach(() => {
    unsubscribe('resession:untouched', hear)
  })

  const known = async (options: Partial<SessionOptions> = {}): Promise<Stage> => new Stage(host, options).enter()

  for (const awaitTouch of [undefined, false]) {
    it(`${awaitTouch} lets the answer go when the store has been asked`, async () => {
      const stage = await known({ awaitTouch })
      await stage.askAhead('/read')
      expect(stage.store.asked).to.deep.equal(['touch'])
    })
  }

  it('true waits until the store has answered', async () => {
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
    ['/remember', 'another lifetime that the handler gave the cookie'],
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

  it('false waits behind a save that is on its way, whose cookie may be another', async () => {
    const stage = await known()
    const saving = await stage.ask('/count')
    await stage.store.waits()
    const reading = await stage.ask('/read')
    expect(await stage.answered(reading)).to.equal(undefined)
    stage.store.open = true
    stage.store.release()
    expect([(await saving.answer()).body, (await reading.answer()).body]).to.deep.equal(['counted', 'read'])
  })

  it('false lets those go too who share the touch that is on its way', async () => {
    const stage = await known()
    await stage.askAhead('/read')
    await stage.askAhead('/read')
    expect(stage.store.asked).to.deep.equal(['touch'])
    stage.store.release()
    expect(stage.inFlight).to.equal(0)
  })

  it('false: a logout waits for the touch that is on its way, and is final', async () => {
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

  it('false holds the session until the store has answered, and no longer', async () => {
    const stage = await known()
    await stage.askAhead('/read')
    await turns()
    expect(stage.inFlight).to.equal(1)
    stage.store.release()
    expect(stage.inFlight).to.equal(0)
  })

  it('false: a touch that fails late is told on a channel, and cuts nothing off', async () => {
    const stage = await known()
    await stage.askAhead('/read')
    stage.store.release(new Error('store down'))
    await turns()
    expect({ errors: stage.site.errors, heard }).to.deep.equal({ errors: [], heard: ['store down'] })
  })

  it('false: a touch that is not answered in time has failed, and holds nothing any more', async () => {
    const stage = await known({ storeTimeout: 500 })
    await stage.askAhead('/read')
    await turns()
    timers.turn(499)
    expect({ heard, inFlight: stage.inFlight }).to.deep.equal({ heard: [], inFlight: 1 })
    timers.turn(1)
    expect({ heard, inFlight: stage.inFlight }).to.deep.equal({ heard: ['store did not answer within 500 ms'], inFlight: 0 })
    expect(timers.pending()).to.equal(0)
  })

  it('false: a touch that fails late is tried again by the next request, in spite of touchAfter', async () => {
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
    expect({ errors: stage.site.errors.map(err => err.message), heard }).to.deep.equal({ errors: ['store down'], heard: [] })
  })
})

describe('options: awaitTouch', () => {
  for (const value of [true, false, undefined]) {
    it(`takes ${value}`, () => {
      expect(() => session({ secret: 'x', awaitTouch: value })).to.not.throw()
    })
  }
  for (const value of [null, 0, 1, 'true', {}]) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      expect(() => session({ secret: 'x', awaitTouch: value as never })).to.throw(TypeError, 'awaitTouch option must be true or false')
    })
  }
})
