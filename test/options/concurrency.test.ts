import { expect } from 'chai'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { data } from '../support/handlers'
import { setCookie, Site, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

type Act = (req: Req) => unknown

interface Outcome {
  readonly stored: Record<string, unknown>
  readonly calls: string[]
  /** What the slow request set as a cookie. */
  readonly cookie: string | undefined
  readonly cookieStored: { originalMaxAge: number | null }
}

/** A session with `user` and `count`; a slow request reads it, a fast one comes and goes, and the slow one goes on. */
async function overlap(slow: Act, fast: Act, options: Partial<SessionOptions> = {}): Promise<Outcome> {
  const store = new TracingStore()
  let arrived = (): void => {}
  let release = (): void => {}
  const site = new Site({ store, ...options }, async (req, res) => {
    if (req.url === '/enter') Object.assign(data(req), { user: { name: 'ada' }, count: 1 })
    if (req.url === '/fast') await fast(req)
    if (req.url === '/slow') {
      const goesOn = new Promise<void>(resolve => (release = resolve))
      arrived()
      await goesOn
      await slow(req)
    }
    res.end()
  })
  const visitor = site.visitor()
  await visitor.get('/enter')
  store.trace()
  const reads = new Promise<void>(resolve => (arrived = resolve))
  const waiting = visitor.get('/slow')
  await reads
  await visitor.get('/fast')
  release()
  const cookie = setCookie(await waiting)
  const [text = '{}'] = Object.values(store.sessions)
  const { cookie: cookieStored, ...stored } = JSON.parse(text) as Outcome['stored'] & { cookie: Outcome['cookieStored'] }
  return { stored, calls: store.trace(), cookie, cookieStored }
}

const put =
  (key: string, value: unknown): Act =>
  req =>
    void (data(req)[key] = value)
const read: Act = () => {}
const save = async (req: Req): Promise<void> =>
  new Promise((resolve, reject) => req.session.save(err => (err ? reject(err as Error) : resolve())))

describe('options: concurrency', () => {
  it('auto is the default: what either request put in is kept, for one read more', async () => {
    const { stored, calls } = await overlap(put('slow', 1), put('fast', 2))
    expect(stored).to.deep.equal({ user: { name: 'ada' }, count: 1, slow: 1, fast: 2 })
    expect(calls).to.deep.equal(['get', 'get', 'set', 'get', 'set'])
  })

  it('auto asks for nothing more where requests come one after the other', async () => {
    const store = new TracingStore()
    const visitor = new Site({ store }, (req, res) => {
      data(req).count = Number(data(req).count ?? 0) + 1
      res.end()
    }).visitor()
    for (let visit = 0; visit < 3; visit++) await visitor.get()
    expect(store.trace()).to.deep.equal(['set', 'get', 'set', 'get', 'set'])
  })

  it('off is express-session: the last to save wins', async () => {
    const { stored, calls } = await overlap(put('slow', 1), put('fast', 2), { concurrency: 'off' })
    expect(stored).to.deep.equal({ user: { name: 'ada' }, count: 1, slow: 1 })
    expect(calls).to.deep.equal(['get', 'get', 'set', 'set'])
  })

  it('merge reads before each save of a session that was stored before, for what other processes have done', async () => {
    const store = new TracingStore()
    const visitor = new Site({ store, concurrency: 'merge' }, (req, res) => {
      data(req)[req.url as string] = true
      const [id] = Object.keys(store.sessions)
      if (id && req.url === '/here') store.sessions[id] = JSON.stringify({ ...JSON.parse(store.sessions[id] as string), there: true })
      res.end()
    }).visitor()
    await visitor.get('/first')
    await visitor.get('/here')
    expect(store.trace()).to.deep.equal(['set', 'get', 'get', 'set'])
    expect(JSON.parse(Object.values(store.sessions)[0] as string)).to.include({ '/first': true, '/here': true, there: true })
  })

  it('merge writes nothing where another process has destroyed the session', async () => {
    const store = new TracingStore()
    const visitor = new Site({ store, concurrency: 'merge' }, (req, res) => {
      data(req)[req.url as string] = true
      if (req.url === '/here') store.sessions = {}
      res.end()
    }).visitor()
    await visitor.get('/first')
    await visitor.get('/here')
    expect(store.trace()).to.deep.equal(['set', 'get', 'get'])
    expect(store.sessions).to.deep.equal({})
  })

  it('refuses anything else', () => {
    for (const concurrency of ['on', '', true, null] as never[]) {
      expect(() => session({ secret: 'x', resave: false, saveUninitialized: false, concurrency })).to.throw(
        TypeError,
        'concurrency option must be "auto", "merge" or "off"',
      )
    }
  })
})

describe('options: concurrency, with requests that overlap', () => {
  it('what one has deleted, another that changes it does not bring back', async () => {
    const { stored } = await overlap(put('user', { name: 'ada', seen: 1 }), req => delete data(req).user)
    expect(stored).to.deep.equal({ count: 1 })
  })

  it('what one deletes, is gone though another has changed it', async () => {
    const { stored } = await overlap(req => delete data(req).user, put('user', { name: 'eve' }))
    expect(stored).to.deep.equal({ count: 1 })
  })

  it('of two values the later one is kept', async () => {
    expect((await overlap(put('count', 2), put('count', 3))).stored.count).to.equal(2)
  })

  it('a reader writes nothing back, with resave', async () => {
    const { stored, calls } = await overlap(read, put('count', 2), { resave: true })
    expect({ count: stored.count, calls }).to.deep.equal({ count: 2, calls: ['get', 'get', 'set', 'get', 'set'] })
  })

  it('a reader writes nothing back, with rolling, and need not touch what has just been written', async () => {
    const { stored, calls } = await overlap(read, put('count', 2), { rolling: true })
    expect({ count: stored.count, calls }).to.deep.equal({ count: 2, calls: ['get', 'get', 'set'] })
  })

  it('two readers touch it both', async () => {
    expect((await overlap(read, read)).calls).to.deep.equal(['get', 'get', 'touch', 'touch'])
  })

  it('a second save in a request is merged as well', async () => {
    const twice: Act = async req => {
      data(req).slow = 1
      await save(req)
      data(req).slow = 2
    }
    const { stored, calls } = await overlap(twice, put('fast', 1))
    expect(stored).to.deep.include({ slow: 2, fast: 1 })
    expect(calls).to.deep.equal(['get', 'get', 'set', 'get', 'set', 'get', 'set'])
  })

  it('what was reloaded is what later changes count from', async () => {
    const reloads: Act = async req => {
      await new Promise(resolve => req.session.reload(resolve))
      delete data(req).fast
    }
    expect((await overlap(reloads, put('fast', 1))).stored).to.deep.equal({ user: { name: 'ada' }, count: 1 })
  })

  const remember: Act = req => {
    req.session.cookie.maxAge = 3_600_000
    data(req).remembered = true
  }

  it('a visitor who asked to be remembered is, though another request was under way', async () => {
    const { cookieStored, cookie } = await overlap(put('slow', 1), remember)
    expect(cookieStored.originalMaxAge).to.equal(3_600_000)
    expect(cookie).to.equal(undefined)
  })

  for (const [who, slow] of Object.entries({ writes: put('slow', 1), reads: read })) {
    it(`and the browser hears nothing else from one that ${who}, with rolling`, async () => {
      const { cookie } = await overlap(slow, remember, { rolling: true, cookie: { maxAge: 60_000 } })
      expect(Date.parse(/Expires=([^;]*)/.exec(cookie ?? '')?.[1] ?? '') - Date.now()).to.be.greaterThan(3_500_000)
    })
  }

  it('whoever shortens the life of the session does', async () => {
    const { cookieStored } = await overlap(req => void ((req.session.cookie.maxAge = 1000), (data(req).short = 1)), remember)
    expect(cookieStored.originalMaxAge).to.equal(1000)
  })
})

describe('options: concurrency, as diagnostics_channel tells it', () => {
  const heard: [name: string | symbol, message: unknown][] = []
  const hear = (message: unknown, name: string | symbol): void => void heard.push([name, message])
  const NAMES = ['resession:merged', 'resession:conflict', 'resession:interrupted']

  beforeEach(() => {
    heard.splice(0)
    for (const name of NAMES) subscribe(name, hear)
  })
  afterEach(() => {
    for (const name of NAMES) unsubscribe(name, hear)
  })

  it('says that there was a merge', async () => {
    await overlap(put('slow', 1), put('fast', 2))
    expect(heard).to.deep.equal([['resession:merged', {}]])
  })

  it('names the keys of a conflict, and neither values nor ids', async () => {
    await overlap(put('count', 2), put('count', 3))
    expect(heard).to.deep.equal([
      ['resession:merged', {}],
      ['resession:conflict', { keys: ['count'] }],
    ])
  })

  it('says that a write was dropped, once', async () => {
    const { stored } = await overlap(put('slow', 1), async req => new Promise(resolve => req.session.destroy(resolve)))
    expect(stored).to.deep.equal({})
    expect(heard).to.deep.equal([['resession:interrupted', {}]])
  })

  it('says nothing where nothing overlaps', async () => {
    await new Site({}, (req, res) => ((data(req).user = 1), res.end())).visitor().get()
    expect(heard).to.deep.equal([])
  })
})
