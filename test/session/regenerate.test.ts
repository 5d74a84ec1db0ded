import { expect } from 'chai'
import { count, data, endWith, routes } from '../support/handlers'
import { setCookie, Site, type Handler } from '../support/site'
import { session } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

describe('session: regenerate', () => {
  const visits = async (
    regenerate: Handler,
  ): Promise<{ store: TracingStore; ids: string[]; calls: string[]; text: string; old: string }> => {
    const store = new TracingStore()
    const ids: string[] = []
    const note: Handler = (req, res) => {
      ids.push(req.sessionID)
      count(req, res)
    }
    const visitor = new Site({ store }, routes({ '/': note, '/regenerate': regenerate })).visitor()
    await visitor.get()
    const before = visitor.cookie
    store.trace()
    const { text } = await visitor.get('/regenerate')
    const calls = store.trace()
    await visitor.get()
    const stale = visitor
    stale.cookie = before
    return { store, ids, calls, text, old: (await stale.get()).text }
  }

  it('puts an empty session of a new id in its place', async () => {
    const { ids, text } = await visits((req, res) => {
      const before = req.session
      req.session.regenerate(() => {
        const { session: after } = req
        res.end(
          JSON.stringify([after === before, after.id === before.id, after.id === req.sessionID, Object.keys(after), Object.keys(before)]),
        )
      })
    })
    expect(JSON.parse(text)).to.deep.equal([false, false, true, ['cookie'], ['cookie', 'views']])
    expect(ids[0]).to.not.equal(ids[1])
  })

  it('destroys the old session: its cookie is worth nothing', async () => {
    expect((await visits((req, res) => req.session.regenerate(endWith(res)))).old).to.equal('1')
  })

  it('destroys, and saves the new one at the end', async () => {
    expect((await visits((req, res) => req.session.regenerate(endWith(res)))).calls).to.deep.equal(['get', 'destroy', 'set'])
  })

  it('sets the cookie of the new id', async () => {
    const visitor = new Site({}, routes({ '/': count, '/regenerate': (req, res) => req.session.regenerate(endWith(res)) })).visitor()
    await visitor.get()
    const before = visitor.cookie
    expect(setCookie(await visitor.get('/regenerate'))).to.be.a('string')
    expect(visitor.cookie).to.not.equal(before)
  })

  it('followed by save saves once', async () => {
    const { calls } = await visits((req, res) => {
      req.session.regenerate(() => {
        data(req).user = 'tobi'
        req.session.save(endWith(res))
      })
    })
    expect(calls).to.deep.equal(['get', 'destroy', 'set'])
  })

  it('followed by save and a change saves the change', async () => {
    const { calls, store } = await visits((req, res) => {
      req.session.regenerate(() => {
        req.session.save(() => {
          data(req).user = 'tobi'
          res.end(req.sessionID)
        })
      })
    })
    expect(calls).to.deep.equal(['get', 'destroy', 'set', 'set'])
    expect(Object.values(store.sessions).join()).to.contain('"user":"tobi"')
  })

  it('followed by save and a longer life of the cookie saves that too', async () => {
    const { store } = await visits((req, res) => {
      req.session.regenerate(() => {
        req.session.save(() => {
          req.session.cookie.maxAge = 30 * 86_400_000
          res.end()
        })
      })
    })
    expect(Object.values(store.sessions).join()).to.contain('"originalMaxAge":2592000000')
  })

  it('returns the session when it calls back', async () => {
    const { text } = await visits((req, res) => {
      const before = req.session
      let returned: unknown
      // The answer waits for both: a store may call back before regenerate returns
      const called = new Promise<void>(resolve => (returned = before.regenerate(() => resolve())))
      void called.then(() => res.end(String(returned === before)))
    })
    expect(text).to.equal('true')
  })

  it('returns a promise when it does not', async () => {
    const { text, ids } = await visits(async (req, res) => {
      await req.session.regenerate()
      res.end(String(Object.keys(req.session)))
    })
    expect(text).to.equal('cookie')
    expect(ids[0]).to.not.equal(ids[1])
  })

  it('tells of a store that failed, and has a new session all the same', async () => {
    const store = new TracingStore()
    store.destroy = (_, callback) => callback?.(new Error('no disk'))
    const site = new Site({ store }, (req, res) => {
      const before = req.sessionID
      req.session.regenerate(err => res.end(`${err.message} ${before === req.sessionID}`))
    })
    expect((await site.get()).text).to.equal('no disk false')
  })

  it('rejects when the store failed', async () => {
    const store = new TracingStore()
    store.destroy = (_, callback) => callback?.(new Error('no disk'))
    const site = new Site({ store }, async (req, res) => res.end(await req.session.regenerate().catch((err: Error) => err.message)))
    expect((await site.get()).text).to.equal('no disk')
  })

  it('keeps the options of the middleware that the request met, of several on one store', async () => {
    let made = 0
    const store = new session.MemoryStore()
    const first = new Site({ store, name: 'first', genid: () => `a${++made}`, cookie: { path: '/', sameSite: 'lax' } }, (req, res) =>
      req.session.regenerate(endWith(res)),
    )
    new Site({ store, name: 'second', genid: () => 'b', cookie: { path: '/', sameSite: 'none' } }, count)
    expect(setCookie(await first.get())).to.match(/^first=s%3Aa2\..*; SameSite=Lax$/)
  })
})
