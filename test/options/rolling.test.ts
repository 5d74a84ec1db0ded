import { expect } from 'chai'
import { count as countViews, KoaSite, show as showSession } from '../koa/site'
import { Strings, Told } from '../koa/told'
import { lines } from '../support/browser'
import { useClock } from '../support/clock'
import { count, routes, show, shown } from '../support/handlers'
import { onEachKoa, onEachStorage } from '../support/hosts'
import { Site, siteOn } from '../support/site'
import { TracingStore } from '../support/tracing-store'

const HOUR = 3_600_000

const HANDLERS = routes({ '/': count, '/read': show, '/nothing': (_, res) => res.end('nothing') })

onEachStorage('options: rolling', (host, storage) => {
  const clock = useClock()
  const site = (rolling?: boolean, store = new TracingStore()): Site =>
    siteOn(host, { ...storage.options(store), rolling, cookie: { maxAge: HOUR } }, HANDLERS)

  /** The store calls of a request that changes nothing. */
  const reading = async (rolling: boolean): Promise<string[]> => {
    const store = new TracingStore()
    const client = site(rolling, store).browser()
    await client.get()
    store.trace()
    await client.get('/read')
    return store.trace()
  }

  for (const [path, what] of [
    ['/read', 'reads the session'],
    ['/nothing', 'does not use the session'],
  ] as const) {
    it(`true sets the cookie with a new expiry when a handler ${what}`, async () => {
      const client = site(true).browser()
      expect(lines(await client.get())[0]).to.contain('01:00:00')
      clock.turn(60_000)
      expect(lines(await client.get(path))[0]).to.contain('01:01:00')
    })
  }

  it('true extends the session on each request', async () => {
    const client = site(true).browser()
    await client.get()
    for (let visit = 0; visit < 3; visit++) {
      clock.turn(HOUR - 1_000)
      expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 1 })
    }
    clock.turn(HOUR)
    expect(shown((await client.get('/read')).text)).to.deep.equal({})
  })

  for (const rolling of [false, undefined]) {
    it(`${rolling} does not set the cookie when nothing has changed, and the session ends with its cookie`, async () => {
      const client = site(rolling).browser()
      await client.get()
      clock.turn(HOUR - 1_000)
      expect(lines(await client.get('/read'))).to.deep.equal([])
      clock.turn(1_000)
      expect(shown((await client.get('/read')).text)).to.deep.equal({})
    })
  }

  it('true does not set the cookie of a new session without data', async () => {
    expect(lines(await site(true).get('/read'))).to.deep.equal([])
  })

  it('true does not save more than false: a session that has not changed is touched', async () => {
    expect(await reading(true)).to.deep.equal(storage.touch ? ['get', storage.touch] : [])
  })

  it(`false ${storage.extendsOnEachRequest ? 'touches the session all the same' : 'does not touch the session'}`, async () => {
    const calls = storage.extendsOnEachRequest ? ['get', storage.touch] : ['get']
    expect(await reading(false)).to.deep.equal(storage.touch ? calls : [])
  })
})

onEachKoa('options: rolling', (_, koa) => {
  const HANDLERS = { '/': countViews, '/read': showSession }

  it('true tells a store of promises whether the session has changed', async () => {
    const store = new Told()
    const client = new KoaSite({ store: store as never, rolling: true, maxAge: HOUR }, HANDLERS, { koa }).visitor()
    await client.get()
    await client.get('/read')
    const infos = store.calls.map(call => call.at(-1) as { rolling?: boolean; changed?: boolean })
    expect(infos.map(({ rolling, changed }) => [rolling, changed])).to.deep.equal([
      [true, true],
      [true, undefined],
      [true, false],
    ])
  })

  it('true saves nothing in a store of JSON strings, which keep no expiry', async () => {
    const store = new Strings()
    const saves: string[] = []
    store.save = (id, json) => void (saves.push(json), store.records.set(id, json))
    const client = new KoaSite({ store: store as never, rolling: true }, HANDLERS, { koa }).visitor()
    await client.get()
    expect(lines(await client.get('/read')).length).to.equal(2)
    expect(saves).to.deep.equal(['{"views":1}'])
  })
})
