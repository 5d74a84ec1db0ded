import { expect } from 'chai'
import { count, data, routes, show, shown } from '../support/handlers'
import { Site, type Handler } from '../support/site'
import { TracingStore } from '../support/tracing-store'

describe('core: regenerate on a store with compareAndSet that may fail', () => {
  /** Calls back in a later turn of the event loop, as stores of databases do. */
  class Comparing extends TracingStore {
    broken: readonly string[] = []

    override compareAndSet(...args: Parameters<TracingStore['compareAndSet']>): void {
      this.calls.push('compareAndSet')
      if (this.broken.includes('compareAndSet')) return args[3](new Error('no write'))
      super.compareAndSet(...args)
    }

    override destroy(id: string, callback?: (err?: unknown) => void): void {
      if (!this.broken.includes('destroy')) return super.destroy(id, callback)
      this.calls.push('destroy')
      callback?.(new Error('no destroy'))
    }
  }

  const login: Handler = (req, res) =>
    req.session.regenerate(err => {
      if (err) return res.end(`failed: ${(err as Error).message}; ${JSON.stringify(data(req).views)}`)
      data(req).user = 'tobi'
      res.end('done')
    })

  async function known(options: object = {}, store = new Comparing(), regenerate = login) {
    const site = new Site({ store, ...options }, routes({ '/': count, '/login': regenerate, '/show': show }))
    const visitor = site.visitor()
    await visitor.get()
    store.trace()
    return { site, store, visitor }
  }

  it('stores the new session before it destroys the old one', async () => {
    const { visitor, store } = await known()
    expect((await visitor.get('/login')).text).to.equal('done')
    expect(store.trace()).to.deep.equal(['get', 'compareAndSet', 'destroy', 'compareAndSet'])
    expect(await store.count()).to.equal(1)
    expect(shown((await visitor.get('/show')).text)).to.deep.equal({ user: 'tobi' })
  })

  it('keeps the old session if the new one cannot be stored', async () => {
    const { visitor, store } = await known()
    store.broken = ['compareAndSet']
    expect((await visitor.get('/login')).text).to.equal('failed: no write; 1')
    store.broken = []
    expect(store.trace()).to.not.include('destroy')
    expect((await visitor.get()).text).to.equal('2')
    expect((await visitor.get('/login')).text).to.equal('done')
  })

  for (const step of ['compareAndSet', 'destroy'] as const) {
    it(`merges changes of the old session with those of other requests if ${step} has failed`, async () => {
      const { visitor, store } = await known({}, new Comparing(), (req, res) =>
        req.session.regenerate(() => {
          store.broken = []
          const [id, text] = Object.entries(store.sessions)[0] as [string, string]
          store.sessions[id] = JSON.stringify({ ...(JSON.parse(text) as object), theirs: true })
          data(req).failed = true
          res.end()
        }),
      )
      store.broken = [step]
      await visitor.get('/login')
      expect(shown((await visitor.get('/show')).text)).to.deep.equal({ views: 1, theirs: true, failed: true })
    })
  }

  it('keeps the old session if genid fails', async () => {
    let fails = false
    for (const fail of [() => Promise.reject(new Error('no entropy')), () => nothing()]) {
      fails = false
      const { visitor } = await known({ genid: () => (fails ? fail() : 'first') })
      fails = true
      expect((await visitor.get('/login')).text).to.equal('failed: no entropy; 1')
      fails = false
      expect((await visitor.get()).text).to.equal('2')
    }
  })

  it('accepts a promise of an ID', async () => {
    let made = 0
    const { visitor, store } = await known({ genid: async () => `id-${++made}` })
    expect((await visitor.get('/login')).text).to.equal('done')
    expect(Object.keys(store.sessions)).to.deep.equal(['id-2'])
  })

  it('tries three times to destroy the old session, and keeps it if that fails', async () => {
    const { visitor, store } = await known()
    store.broken = ['destroy']
    expect((await visitor.get('/login')).text).to.equal('failed: no destroy; 1')
    // The fourth destroys the new session
    expect(store.trace().filter(call => call === 'destroy')).to.have.length(4)
    store.broken = []
    expect((await visitor.get()).text).to.equal('2')
  })

  it('does not store the new session first if the old one began in the same request', async () => {
    const { site, store } = await known()
    expect((await site.visitor().get('/login')).text).to.equal('done')
    expect(store.trace()).to.deep.equal(['destroy', 'compareAndSet'])
  })

  it('makes the store calls of express-session with concurrency off', async () => {
    const { visitor, store } = await known({ concurrency: 'off' })
    await visitor.get('/login')
    expect(store.trace()).to.deep.equal(['get', 'destroy', 'set'])
  })

  it('does not store the old session again, even if the handler saves an object of it', async () => {
    const { site, visitor, store } = await known({}, new Comparing(), async (req, res) => {
      const first = req.session
      await req.session.reload()
      const second = req.session
      await req.session.regenerate()
      for (const kept of [first, second]) await kept.save()
      data(req).user = 'tobi'
      res.end('done')
    })
    expect((await visitor.get('/login')).text).to.equal('done')
    expect(await store.count()).to.equal(1)
    expect(site.errors).to.deep.equal([])
  })

  it('destroys first if genid makes the same ID again', async () => {
    const { visitor, store } = await known({ genid: () => 'always' })
    expect((await visitor.get('/login')).text).to.equal('done')
    expect(store.trace()).to.deep.equal(['get', 'destroy', 'compareAndSet'])
    expect(shown((await visitor.get('/show')).text)).to.deep.equal({ user: 'tobi' })
  })

  it('uses the regenerate method of a store that has its own', async () => {
    class Own extends Comparing {
      override regenerate(...args: Parameters<TracingStore['regenerate']>): void {
        this.calls.push('regenerate')
        super.regenerate(...args)
      }
    }
    const { visitor, store } = await known({}, new Own())
    await visitor.get('/login')
    expect(store.trace()).to.deep.equal(['get', 'regenerate', 'destroy', 'compareAndSet'])
  })
})

function nothing(): never {
  throw new Error('no entropy')
}
