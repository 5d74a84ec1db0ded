import { expect } from 'chai'
import { count, data, endWith, routes } from '../support/handlers'
import { Site, type Handler } from '../support/site'
import { TracingStore } from '../support/tracing-store'

describe('session: reload', () => {
  const second = async (reload: Handler, store = new TracingStore()): Promise<{ text: string; calls: string[] }> => {
    const visitor = new Site({ store }, routes({ '/': count, '/reload': reload })).visitor()
    await visitor.get()
    store.trace()
    return { text: (await visitor.get('/reload')).text, calls: store.trace() }
  }

  it('reads the session again, and drops the changes of the handler', async () => {
    const { text } = await second((req, res) => {
      data(req).views = 99
      req.session.reload(() => res.end(JSON.stringify(data(req).views)))
    })
    expect(text).to.equal('1')
  })

  it('sets a new object with the same ID on the request', async () => {
    const { text } = await second((req, res) => {
      const before = req.session
      before.reload(() => res.end(JSON.stringify([req.session === before, req.session.id === before.id, req.session.id === req.sessionID])))
    })
    expect(JSON.parse(text)).to.deep.equal([false, true, true])
  })

  it('does not cause a save', async () => {
    expect((await second((req, res) => req.session.reload(endWith(res)))).calls).to.deep.equal(['get', 'get', 'touch'])
  })

  it('sets a session whose save is not repeated at the end', async () => {
    const { calls } = await second((req, res) => {
      req.session.reload(() => {
        data(req).views = 2
        req.session.save(endWith(res))
      })
    })
    expect(calls).to.deep.equal(['get', 'get', 'set', 'touch'])
  })

  it('fails for a session that is not in the store', async () => {
    const { text } = await second((req, res) => {
      void (req.sessionStore as unknown as TracingStore).clear()
      req.session.reload(endWith(res))
    })
    expect(text).to.equal('failed: failed to load session')
  })

  it('fails in the same way if the store says so with ENOENT, as a store of files does, and a later save does not restore the session', async () => {
    const store = new TracingStore()
    const { text, calls } = await second((req, res) => {
      store.sessions = {}
      const { get } = store
      store.get = (_, callback) => callback(Object.assign(new Error('no such file'), { code: 'ENOENT' }))
      req.session.reload(err => {
        store.get = get
        data(req).views = 2
        endWith(res)(err)
      })
    }, store)
    expect(text).to.equal('failed: failed to load session')
    expect(calls).to.not.include('set')
    expect(store.sessions).to.deep.equal({})
  })

  it('sets a session that is saved, if the store did not find it at first', async () => {
    const store = new TracingStore()
    await second((req, res) => {
      const { get } = store
      store.get = (_, callback) => callback(null, null)
      req.session.reload(() => {
        store.get = get
        req.session.reload(err => {
          data(req).views = 2
          endWith(res)(err)
        })
      })
    }, store)
    expect(Object.values(store.sessions).join()).to.contain('"views":2')
  })

  it('fails for a new session', async () => {
    const site = new Site({}, (req, res) => req.session.reload(endWith(res)))
    expect((await site.get()).text).to.equal('failed: failed to load session')
  })

  it('passes the error of the store to its callback', async () => {
    const store = new TracingStore()
    const { text } = await second((req, res) => {
      store.get = (_, callback) => callback(new Error('no disk'))
      req.session.reload(endWith(res))
    }, store)
    expect(text).to.equal('failed: no disk')
  })

  it('fails for a record that cannot be read', async () => {
    const store = new TracingStore()
    const { text } = await second((req, res) => {
      store.get = (_, callback) => callback(null, {} as never)
      req.session.reload(endWith(res))
    }, store)
    expect(text).to.match(/^failed: Cannot read prop/)
  })

  it('returns the session with a callback', async () => {
    const { text } = await second((req, res) => {
      const before = req.session
      const returned = before.reload(() => setImmediate(() => res.end(String(returned === before))))
    })
    expect(text).to.equal('true')
  })

  it('returns a promise without a callback', async () => {
    const { text } = await second(async (req, res) => {
      data(req).views = 99
      await req.session.reload()
      res.end(String(data(req).views))
    })
    expect(text).to.equal('1')
  })

  it('rejects with the same errors as its callback', async () => {
    const site = new Site({}, async (req, res) => res.end(await req.session.reload().catch((err: Error) => err.message)))
    expect((await site.get()).text).to.equal('failed to load session')
  })
})
