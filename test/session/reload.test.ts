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

  it('reads the session again: what the handler did to it is gone', async () => {
    const { text } = await second((req, res) => {
      data(req).views = 99
      req.session.reload(() => res.end(JSON.stringify(data(req).views)))
    })
    expect(text).to.equal('1')
  })

  it('puts a new object of the same id on the request', async () => {
    const { text } = await second((req, res) => {
      const before = req.session
      before.reload(() => res.end(JSON.stringify([req.session === before, req.session.id === before.id, req.session.id === req.sessionID])))
    })
    expect(JSON.parse(text)).to.deep.equal([false, true, true])
  })

  it('does not save what was only read', async () => {
    expect((await second((req, res) => req.session.reload(endWith(res)))).calls).to.deep.equal(['get', 'get', 'touch'])
  })

  it('gives a session whose save counts as one', async () => {
    const { calls } = await second((req, res) => {
      req.session.reload(() => {
        data(req).views = 2
        req.session.save(endWith(res))
      })
    })
    expect(calls).to.deep.equal(['get', 'get', 'set', 'touch'])
  })

  it('of a session that is not in the store is an error', async () => {
    const { text } = await second((req, res) => {
      void (req.sessionStore as unknown as TracingStore).clear()
      req.session.reload(endWith(res))
    })
    expect(text).to.equal('failed: failed to load session')
  })

  it('of a new session is an error', async () => {
    const site = new Site({}, (req, res) => req.session.reload(endWith(res)))
    expect((await site.get()).text).to.equal('failed: failed to load session')
  })

  it('tells of a store that failed', async () => {
    const store = new TracingStore()
    const { text } = await second((req, res) => {
      store.get = (_, callback) => callback(new Error('no disk'))
      req.session.reload(endWith(res))
    }, store)
    expect(text).to.equal('failed: no disk')
  })

  it('of a record that cannot be read is an error', async () => {
    const store = new TracingStore()
    const { text } = await second((req, res) => {
      store.get = (_, callback) => callback(null, {} as never)
      req.session.reload(endWith(res))
    }, store)
    expect(text).to.match(/^failed: Cannot read prop/)
  })

  it('returns the session when it calls back', async () => {
    const { text } = await second((req, res) => {
      const before = req.session
      const returned = before.reload(() => setImmediate(() => res.end(String(returned === before))))
    })
    expect(text).to.equal('true')
  })

  it('returns a promise when it does not', async () => {
    const { text } = await second(async (req, res) => {
      data(req).views = 99
      await req.session.reload()
      res.end(String(data(req).views))
    })
    expect(text).to.equal('1')
  })

  it('rejects where it would have called back with an error', async () => {
    const site = new Site({}, async (req, res) => res.end(await req.session.reload().catch((err: Error) => err.message)))
    expect((await site.get()).text).to.equal('failed to load session')
  })
})
