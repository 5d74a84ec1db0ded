import { expect } from 'chai'
import { data } from '../support/handlers'
import { onEachHost, onEachStorage, onEachStore } from '../support/hosts'
import { overlap, put, type Act, type Outcome } from '../support/overlap'
import { Site, siteOn, type Req } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

type Concurrency = SessionOptions['concurrency']

const ADA = { user: { name: 'ada' }, count: 1 }

const leave: Act = req => void (req.session = null as never)

onEachStore('options: concurrency', (host, storage) => {
  const meet = async (concurrency: Concurrency, fast = put('fast', 2)): Promise<Outcome> =>
    overlap([host, storage], put('slow', 1), fast, { concurrency, unset: 'destroy' })

  /** A site whose handlers store their path in the session. */
  const siteWith = (store: TracingStore, options: Partial<SessionOptions>, act: (req: Req) => void = () => {}): Site =>
    siteOn(host, { ...storage.options(store), ...options }, (req, res) => ((data(req)[req.url as string] = true), act(req), res.end()))

  for (const value of ['auto', undefined] as const) {
    it(`${value} keeps the changes of both requests, for one more get`, async () => {
      const { stored, read, calls } = await meet(value)
      expect(stored).to.deep.equal({ ...ADA, slow: 1, fast: 2 })
      expect(read).to.deep.equal(stored)
      expect(calls).to.deep.equal(['get', 'get', 'set', 'get', 'set'])
    })

    it(`${value} does not restore a session that another request has ended`, async () => {
      const { stored, read } = await meet(value, leave)
      expect({ stored, read }).to.deep.equal({ stored: {}, read: {} })
    })
  }

  it('auto calls the store no more often if no requests overlap', async () => {
    const store = new TracingStore()
    const client = siteWith(store, {}, req => void (data(req).count = Number(data(req).count ?? 0) + 1)).visitor()
    for (let visit = 0; visit < 3; visit++) await client.get()
    expect(store.trace()).to.deep.equal(['set', 'get', 'set', 'get', 'set'])
  })

  it('off lets the last save win, as express-session does', async () => {
    const { stored, read, calls } = await meet('off')
    expect(stored).to.deep.equal({ ...ADA, slow: 1 })
    expect(read).to.deep.equal(stored)
    expect(calls).to.deep.equal(['get', 'get', 'set', 'set'])
  })

  it('merge keeps the changes of both requests, and reads before each save', async () => {
    const { stored, read, calls } = await meet('merge')
    expect(stored).to.deep.equal({ ...ADA, slow: 1, fast: 2 })
    expect(read).to.deep.equal(stored)
    expect(calls).to.deep.equal(['get', 'get', 'get', 'set', 'get', 'set'])
  })

  it('merge keeps the change of another process', async () => {
    const store = new TracingStore()
    const client = siteWith(store, { concurrency: 'merge' }, req => {
      const [id] = Object.keys(store.sessions)
      if (id && req.url === '/here') store.sessions[id] = JSON.stringify({ ...JSON.parse(store.sessions[id] as string), there: true })
    }).visitor()
    await client.get('/first')
    await client.get('/here')
    expect(store.trace()).to.deep.equal(['set', 'get', 'get', 'set'])
    expect(JSON.parse(Object.values(store.sessions)[0] as string)).to.include({ '/first': true, '/here': true, there: true })
  })

  it('merge does not save a session that another process has destroyed', async () => {
    const store = new TracingStore()
    const client = siteWith(store, { concurrency: 'merge' }, req => {
      if (req.url === '/here') store.sessions = {}
    }).visitor()
    await client.get('/first')
    await client.get('/here')
    expect(store.trace()).to.deep.equal(['set', 'get', 'get'])
    expect(store.sessions).to.deep.equal({})
  })
})

onEachHost('options: concurrency, of sessions in the cookie', host => {
  const storage = host.storages.find(({ touch }) => touch === undefined) as (typeof host.storages)[0]
  const meet = async (concurrency: Concurrency, fast: Act): Promise<unknown> =>
    (await overlap([host, storage], put('slow', 1), fast, { concurrency, unset: 'destroy' })).read

  for (const value of ['auto', 'off', undefined] as const) {
    it(`${value} keeps the cookie that came last`, async () => {
      expect(await meet(value, put('fast', 2))).to.deep.equal({ ...ADA, slow: 1 })
    })

    it(`${value} keeps the cookie that came last though another request has ended the session`, async () => {
      expect(await meet(value, leave)).to.deep.equal({ ...ADA, slow: 1 })
    })
  }

  if (host.framework === 'Koa') {
    it('merge keeps the cookie that came last', async () => {
      expect(await meet('merge', put('fast', 2))).to.deep.equal({ ...ADA, slow: 1 })
    })
  } else {
    it('merge is refused', () => {
      expect(() => host.start({ store: 'cookie', concurrency: 'merge' })).to.throw(TypeError, 'concurrency option must not be "merge"')
    })
  }
})

onEachStorage('options: concurrency', (host, storage) => {
  for (const concurrency of ['on', '', true, null] as never[]) {
    it(`refuses ${JSON.stringify(concurrency)}`, () => {
      expect(() => host.start({ ...storage.options(new TracingStore()), concurrency })).to.throw(
        TypeError,
        'concurrency option must be "auto", "merge" or "off"',
      )
    })
  }
})
