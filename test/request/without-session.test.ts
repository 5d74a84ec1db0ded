import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import express = require('express')
import request = require('supertest')
import { count, data } from '../support/handlers'
import { QUIET, setCookie, Site, type Req } from '../support/site'
import { session } from '../support/subject'
import { TracingStore } from '../support/tracing-store'
import { Wire } from '../support/wire'

const hasSession = (req: Req): string => String(Boolean(req.session))

describe('request: conditions for a session', () => {
  it('a request that already has a session keeps it', async () => {
    const store = new TracingStore()
    const mine = { mine: true }
    const site = new Site(
      { store },
      (req, res) => res.end(String((req.session as unknown) === mine)),
      req => Object.assign(req, { session: mine }),
    )
    const res = await site.get()
    expect(res.text).to.equal('true')
    expect(setCookie(res)).to.equal(undefined)
    expect(store.calls).to.deep.equal([])
  })

  it('a second middleware leaves the request to the first', async () => {
    const app = express()
    app.use(session({ ...QUIET, name: 'first' }) as express.RequestHandler)
    app.use(session({ ...QUIET, name: 'second' }) as express.RequestHandler)
    app.get('/', (req, res) => count(req as never, res))
    const lines = (await request(app).get('/')).headers['set-cookie'] as unknown as string[]
    expect(lines.map(line => line.split('=')[0])).to.deep.equal(['first'])
  })

  it('two middlewares for two paths share a store, and each keeps its cookie', async () => {
    const store = new session.MemoryStore()
    const app = express()
    app.use(
      '/a',
      session({ ...QUIET, store, name: 'a', genid: () => 'id-a', cookie: { path: '/a', sameSite: 'lax' } }) as express.RequestHandler,
    )
    app.use(
      '/b',
      session({ ...QUIET, store, name: 'b', genid: () => 'id-b', cookie: { path: '/b', sameSite: 'none' } }) as express.RequestHandler,
    )
    app.use((req, res) => count(req as never, res))
    expect(setCookie(await request(app).get('/a'))).to.match(/^a=s%3Aid-a\..*Path=\/a; HttpOnly; SameSite=Lax$/)
    expect(setCookie(await request(app).get('/b'))).to.match(/^b=s%3Aid-b\..*Path=\/b; HttpOnly; SameSite=None$/)
  })

  it('a disconnected store is not called until it is connected again', async () => {
    const store = new TracingStore()
    const site = new Site({ store }, (req, res) => res.end(hasSession(req)))
    expect((await site.get()).text).to.equal('true')
    store.emit('disconnect')
    expect((await site.get()).text).to.equal('false')
    store.emit('connect')
    expect((await site.get()).text).to.equal('true')
  })

  it('a middleware ignores events of the store before its setup', async () => {
    const store = new TracingStore()
    const before = new Site({ store }, (req, res) => res.end(hasSession(req)))
    store.emit('disconnect')
    const after = new Site({ store }, (req, res) => res.end(hasSession(req)))
    expect([(await before.get()).text, (await after.get()).text]).to.deep.equal(['false', 'true'])
    store.emit('disconnect')
    expect((await after.get()).text).to.equal('false')
  })

  it('twenty middlewares on one store add one listener per event', () => {
    const store = new session.MemoryStore()
    for (let i = 0; i < 20; i++) session({ ...QUIET, store })
    expect(store.listenerCount('disconnect')).to.equal(1)
    expect(store.listenerCount('connect')).to.equal(1)
  })

  it('a store that is no EventEmitter is always connected', async () => {
    const { get, set, destroy } = session.MemoryStore.prototype as never as Record<string, never>
    const store = { sessions: {}, get, set, destroy }
    const site = new Site({ store: store as never }, (req, res) => res.end(hasSession(req)))
    expect((await site.get()).text).to.equal('true')
  })

  it('a store whose on() returns undefined is accepted', async () => {
    class Mute extends session.MemoryStore {
      override on(...args: Parameters<EventEmitter['on']>): this {
        super.on(...args)
        return undefined as never
      }
    }
    const store = new Mute()
    const site = new Site({ store }, (req, res) => res.end(hasSession(req)))
    store.emit('disconnect')
    expect((await site.get()).text).to.equal('false')
  })

  it('a missing secret is an error only on the paths of the session', async () => {
    const site = new Site({ secret: undefined as never, cookie: { path: '/app' } }, (req, res) => res.end(hasSession(req)))
    expect((await site.get('/')).text).to.equal('false')
    expect((await site.get('/app')).text).to.equal('secret option required for sessions')
  })

  it('a request without a path, OPTIONS *, has no session', async () => {
    const { server } = new Site({}, (req, res) => res.end(hasSession(req)))
    const wire = (await Wire.to(server)).send('OPTIONS * HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n')
    expect((await wire.answer()).body).to.equal('false')
    server.close()
  })

  it('a falsy store option selects the default store', () => {
    for (const store of [false, '', 0, null]) expect(() => session({ ...QUIET, store: store as never })).to.not.throw()
  })

  it('cookie.path is compared with the full path in a mounted router', async () => {
    const app = express()
    const inner = express.Router()
    inner.use(session({ ...QUIET, cookie: { path: '/shop' } }) as express.RequestHandler)
    inner.get('/', (req, res) => void res.end(hasSession(req as never)))
    app.use('/shop', inner)
    app.use('/blog', inner)
    expect((await request(app).get('/shop/')).text).to.equal('true')
    expect((await request(app).get('/blog/')).text).to.equal('false')
  })

  it('cookie.path is compared with the path of an absolute request target', async () => {
    const site = new Site(
      { cookie: { path: '/app' } },
      (req, res) => res.end(hasSession(req)),
      req => {
        req.url = `http://example.com${req.url}`
      },
    )
    expect((await site.get('/app/a')).text).to.equal('true')
    expect((await site.get('/other')).text).to.equal('false')
  })

  it('store.generate sets a session on a request without the middleware', () => {
    const store = new session.MemoryStore()
    session({ ...QUIET, store, genid: () => 'abc' })
    const req = { headers: {} } as unknown as Req
    ;(store as never as { generate(req: object): void }).generate(req)
    expect(req.sessionID).to.equal('abc')
    expect(req.session).to.be.instanceOf(session.Session)
    expect(data(req).cookie).to.be.instanceOf(session.Cookie)
  })
})
