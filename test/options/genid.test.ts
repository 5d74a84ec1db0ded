import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { count, data, endWith, routes } from '../support/handlers'
import { setCookie, Site, type Req } from '../support/site'
import { session } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const id = (req: Req): string => req.sessionID

describe('options: genid', () => {
  it('makes 32 characters of base64url from 24 random bytes where nothing else is said', async () => {
    const site = new Site({}, (req, res) => res.end(id(req)))
    const ids = new Set<string>()
    for (let i = 0; i < 20; i++) ids.add((await site.get()).text)
    expect(ids.size).to.equal(20)
    for (const id of ids) expect(id).to.match(/^[A-Za-z0-9_-]{32}$/)
  })

  it('makes the id', async () => {
    const site = new Site({ genid: () => 'apple' }, (req, res) => res.end(id(req)))
    expect((await site.get()).text).to.equal('apple')
  })

  it('is given the request', async () => {
    const site = new Site({ genid: req => `of${(req as unknown as Req).url?.replace('/', '-')}` }, (req, res) => res.end(id(req)))
    expect((await site.get('/foo')).text).to.equal('of-foo')
  })

  it('may be async', async () => {
    let made = 0
    const site = new Site({ genid: async () => `id-${++made}` }, count)
    const visitor = site.visitor()
    expect((await visitor.get()).text).to.equal('1')
    expect((await visitor.get()).text).to.equal('2')
    expect(made).to.equal(1)
  })

  it('may be async in regenerate too', async () => {
    let made = 0
    const site = new Site(
      { genid: async () => `id-${++made}` },
      routes({
        '/': count,
        '/login': (req, res) => req.session.regenerate(() => res.end(id(req))),
      }),
    )
    const visitor = site.visitor()
    await visitor.get()
    expect((await visitor.get('/login')).text).to.equal('id-2')
  })

  it('that throws is an error for next', async () => {
    const site = new Site(
      {
        genid: () => {
          throw new Error('no dice')
        },
      },
      count,
    )
    expect((await site.get()).text).to.equal('no dice')
  })

  it('whose promise fails for no reason is an error for next too', async () => {
    const site = new Site({ genid: () => Promise.reject() }, count)
    expect((await site.get()).text).to.equal('an option failed without a reason')
  })

  it('whose promise fails is an error for next', async () => {
    const site = new Site({ genid: () => Promise.reject(new Error('no dice')) }, count)
    expect((await site.get()).text).to.equal('no dice')
  })

  it('may give the id that the client sent, of a session that is gone', async () => {
    const site = new Site({ genid: () => 'always' }, count)
    const visitor = site.visitor()
    await visitor.get()
    expect((await visitor.get()).text).to.equal('2')
  })

  it('that gives no string leaves the session unsaved and the cookie unset', async () => {
    const store = new session.MemoryStore()
    const site = new Site({ genid: () => 5 as never, store }, (req, res) => {
      data(req).user = 'tobi'
      res.end()
    })
    expect((await site.get()).headers['set-cookie']).to.equal(undefined)
    expect(Object.keys(store.sessions)).to.deep.equal([])
  })

  it('must be a function', () => {
    expect(() => session({ secret: 'x', genid: 'id' as never })).to.throw(TypeError, 'genid option must be a function')
  })

  describe('that makes an id which somebody has', () => {
    const KNOWN = { '/': count, '/handled': (req: Req, res: ServerResponse) => ((data(req).user = 'eve'), req.session.save(endWith(res))) }

    it('gives nobody the session of another, nor their cookie', async () => {
      const store = new session.MemoryStore()
      const site = new Site({ genid: () => 'apple', store }, routes(KNOWN))
      const owner = site.visitor()
      await owner.get()
      const res = await site.get()
      expect([res.status, res.text, setCookie(res)]).to.deep.equal([500, 'session id is in use', undefined])
      expect((await site.get('/handled')).text).to.equal('failed: session id is in use')
      expect((await owner.get()).text).to.equal('2')
    })

    it('takes it again once that is destroyed', async () => {
      const site = new Site({ genid: () => 'apple' }, routes({ ...KNOWN, '/logout': (req, res) => req.session.destroy(endWith(res)) }))
      const visitor = site.visitor()
      await visitor.get()
      await visitor.get('/logout')
      expect((await site.get()).text).to.equal('1')
    })

    it('takes it on a store that cannot tell, or with concurrency off, as express-session', async () => {
      for (const options of [{ store: new TracingStore() }, { concurrency: 'off' }] as const) {
        const site = new Site({ genid: () => 'apple', ...options }, routes(KNOWN))
        await site.get()
        expect((await site.get()).text).to.equal('1')
      }
    })
  })
})
