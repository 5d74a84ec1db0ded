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

  it('replaces the session with an empty one under a new ID', async () => {
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

  it('destroys the old session: its cookie is no longer valid', async () => {
    expect((await visits((req, res) => req.session.regenerate(endWith(res)))).old).to.equal('1')
  })

  it('destroys the old session, and saves the new one at the end', async () => {
    expect((await visits((req, res) => req.session.regenerate(endWith(res)))).calls).to.deep.equal(['get', 'destroy', 'set'])
  })

  it('sets the cookie of the new ID', async () => {
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

  it('followed by save and a change of cookie.maxAge saves that too', async () => {
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

  it('returns the session with a callback', async () => {
    const { text } = await visits((req, res) => {
      const before = req.session
      let returned: unknown
      // The response waits for both: a store may call back before regenerate returns
      const called = new Promise<void>(resolve => (returned = before.regenerate(() => resolve())))
      void called.then(() => res.end(String(returned === before)))
    })
    expect(text).to.equal('true')
  })

  it('returns a promise without a callback', async () => {
    const { text, ids } = await visits(async (req, res) => {
      await req.session.regenerate()
      res.end(String(Object.keys(req.session)))
    })
    expect(text).to.equal('cookie')
    expect(ids[0]).to.not.equal(ids[1])
  })

  it('passes the error of the store to its callback, and has a new session nevertheless', async () => {
    const store = new TracingStore()
    store.destroy = (_, callback) => callback?.(new Error('no disk'))
    const site = new Site({ store }, (req, res) => {
      const before = req.sessionID
      req.session.regenerate(err => res.end(`${err.message} ${before === req.sessionID}`))
    })
    expect((await site.get()).text).to.equal('no disk false')
  })

  it('rejects with the error of the store', async () => {
    const store = new TracingStore()
    store.destroy = (_, callback) => callback?.(new Error('no disk'))
    const site = new Site({ store }, async (req, res) => res.end(await req.session.regenerate().catch((err: Error) => err.message)))
    expect((await site.get()).text).to.equal('no disk')
  })

  it('uses the options of the middleware that handled the request, if several share a store', async () => {
    let made = 0
    const store = new session.MemoryStore()
    const first = new Site({ store, name: 'first', genid: () => `a${++made}`, cookie: { path: '/', sameSite: 'lax' } }, (req, res) =>
      req.session.regenerate(endWith(res)),
    )
    new Site({ store, name: 'second', genid: () => 'b', cookie: { path: '/', sameSite: 'none' } }, count)
    expect(setCookie(await first.get())).to.match(/^first=s%3Aa2\..*; SameSite=Lax$/)
  })

  for (const none of [undefined, null]) {
    it(`returns a promise if its callback is ${none}`, async () => {
      const site = new Site({}, async (req, res) => {
        const before = req.sessionID
        await req.session.regenerate(none as never)
        res.end(String(req.sessionID !== before))
      })
      expect((await site.get()).text).to.equal('true')
    })
  }
})
