import { expect } from 'chai'
import { update } from '../../lib'
import { lines } from '../support/browser'
import { count, data, endWith, routes, show, shown } from '../support/handlers'
import { onEachHost, onEachStorage } from '../support/hosts'
import { siteOn, type Handler, type Site } from '../support/site'
import { TracingStore } from '../support/tracing-store'
import { VersionedStore } from '../support/versioned-store'
import { session, type SessionOptions, type Store } from '../support/subject'

const fail =
  (act: (req: Parameters<Handler>[0]) => Promise<unknown>): Handler =>
  async (req, res) => {
    const err = await act(req).then(
      () => undefined,
      (err: { code?: string }) => err,
    )
    res.end(String(err?.code))
  }

const HANDLERS = routes({
  '/': count,
  '/poll': show,
  '/poll/change': (req, res) => ((data(req).name = 'ada'), res.end('changed')),
  '/poll/save': fail(req => req.session.save()),
  '/poll/update': fail(req => update(req, session => void (session as { n?: number }))),
  '/poll/keep': fail(req => req.session.regenerate({ keep: true } as never) as unknown as Promise<void>),
  '/poll/regenerate': (req, res) => req.session.regenerate(endWith(res)),
  '/poll/logout': (req, res) => req.session.destroy(endWith(res)),
})

const STORES: Record<string, () => Store> = {
  MemoryStore: () => new session.MemoryStore(),
  'a plain store': () => new TracingStore(),
  'a store that compares': () => new VersionedStore(new Map()),
}

const READ_ONLY: Partial<SessionOptions> = { readOnly: req => String(req.url).startsWith('/poll') }

onEachStorage('options: readOnly', (host, storage) => {
  const site = (store: TracingStore, options: Partial<SessionOptions> = {}): Site =>
    siteOn(host, { ...storage.options(store), ...READ_ONLY, rolling: true, cookie: { maxAge: 60_000 }, ...options }, HANDLERS)

  it('reads the session, and neither saves nor touches it nor sets the cookie', async () => {
    const store = new TracingStore()
    const client = site(store).browser()
    await client.get()
    store.trace()
    const res = await client.get('/poll')
    expect(shown(res.text)).to.deep.equal({ views: 1 })
    expect(lines(res)).to.deep.equal([])
    expect(store.trace().filter(call => call !== 'get')).to.deep.equal([])
  })

  it('drops a change', async () => {
    const client = site(new TracingStore()).browser()
    await client.get()
    const res = await client.get('/poll/change')
    expect([res.text, lines(res)]).to.deep.equal(['changed', []])
    expect(shown((await client.get('/poll')).text)).to.deep.equal({ views: 1 })
  })

  it('drops the change of a new session, with its cookie, also with saveUninitialized', async () => {
    const store = new TracingStore()
    const res = await site(store, { saveUninitialized: true }).browser().get('/poll/change')
    expect([res.status, lines(res), store.trace()]).to.deep.equal([200, [], []])
  })

  it('leaves other requests as they are', async () => {
    const client = site(new TracingStore()).browser()
    const views: string[] = []
    for (let visit = 0; visit < 3; visit++) views.push((await client.get()).text)
    expect(views).to.deep.equal(['1', '2', '3'])
  })
})

onEachHost('options: readOnly', host => {
  if (host.framework === 'Connect') {
    for (const path of ['/poll/save', '/poll/update', '/poll/keep']) {
      it(`fails ${path} with a code, and stores nothing`, async () => {
        const store = new TracingStore()
        const client = siteOn(host, { store, ...READ_ONLY }, HANDLERS).browser()
        await client.get()
        store.trace()
        expect((await client.get(path)).text).to.equal('ERR_SESSION_READ_ONLY')
        expect(store.trace()).to.deep.equal(['get'])
      })
    }

    for (const [what, make] of Object.entries(STORES)) {
      for (const path of ['/poll/logout', '/poll/regenerate']) {
        it(`does not hold a logout back, by ${path} on ${what}`, async () => {
          const client = siteOn(host, { store: make(), ...READ_ONLY }, HANDLERS).browser()
          await client.get()
          expect((await client.get(path)).text).to.equal('done')
          expect((await client.get()).text).to.equal('1')
        })
      }
    }
  }

  it('may return a promise', async () => {
    const client = siteOn(host, { readOnly: async req => Promise.resolve(String(req.url).startsWith('/poll')) }, HANDLERS).browser()
    await client.get()
    await client.get('/poll/change')
    expect(shown((await client.get('/poll')).text)).to.deep.equal({ views: 1 })
  })

  it('is an error of the request if it throws', async () => {
    const options: Partial<SessionOptions> = {
      readOnly() {
        throw new Error('no idea')
      },
    }
    const { status, text } = await siteOn(host, options, HANDLERS).get()
    expect([status, text]).to.deep.equal([500, host.errorText('no idea')])
  })

  it('is refused at setup if it is no function', () => {
    expect(() => host.start({ readOnly: true as never })).to.throw(TypeError, 'readOnly option must be a function')
  })
})
