import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { FaultyStore } from '../support/faulty-store'
import { data, routes } from '../support/handlers'
import { setCookie, Site, type Visitor } from '../support/site'
import { session, type SessionOptions } from '../support/subject'

const DOWN = new Error('store down')

const HANDLERS = routes({
  '/enter': (req, res) => ((data(req).user = 'ada'), res.end('welcome')),
  '/put': (req, res) => ((data(req).n = 1), res.end('put')),
  '/read': (_, res) => res.end('read'),
  '/unset': (req, res) => ((req.session = null as never), res.end('bye')),
  '/redirect': (req, res) => ((data(req).n = 1), res.writeHead(302, { Location: '/elsewhere' }).end()),
  '/stream': (req, res) => {
    data(req).n = 1
    res.setHeader('Content-Type', 'text/plain')
    res.write('some, ')
    res.end('and more')
  },
  '/refused': (req, res) => ((data(req).attempts = 1), (res.statusCode = 401), res.end('wrong password')),
  '/late': (req, res) => {
    res.write('some, ')
    data(req).n = 1
    res.end('and more')
  },
  '/handled': async (req, res) => {
    data(req).n = 1
    await new Promise<void>(resolve => req.session.save(() => resolve()))
    res.end('as if')
  },
})

/** Pages of an app that knows that the session could not be saved. */
const PAGES: Record<string, (res: ServerResponse) => unknown> = {
  statusCode: res => ((res.statusCode = 503), res.end('an own page')),
  writeHead: res => res.writeHead(503).end('an own page'),
  'writeHead with headers': res => res.writeHead(503, { 'Content-Type': 'text/plain' }).end('an own page'),
  'a stream': res => ((res.statusCode = 503), res.write('an own '), res.end('page')),
}

async function known(options: Partial<SessionOptions>): Promise<{ site: Site; visitor: Visitor; store: FaultyStore }> {
  const store = new FaultyStore()
  const site = new Site({ store, cookie: { maxAge: 60_000 }, unset: 'destroy', ...options }, HANDLERS)
  const visitor = site.visitor()
  await visitor.get('/enter')
  return { site, visitor, store }
}

describe('options: saveErrors', () => {
  it('report is the default: the response is sent with its cookie, and the error goes to next', async () => {
    for (const options of [{}, { saveErrors: 'report' }] as const) {
      const { site, visitor, store } = await known(options)
      store.fail('set', DOWN)
      const res = await visitor.get('/put')
      expect([res.status, res.text, setCookie(res)?.slice(0, 11)]).to.deep.equal([200, 'put', 'connect.sid'])
      await new Promise(resolve => setImmediate(resolve))
      expect(site.errors).to.deep.equal([DOWN])
    }
  })

  for (const path of ['/put', '/redirect', '/stream', '/handled']) {
    for (const when of ['at once', 'later'] as const) {
      it(`fail responds with the error, and without a cookie: ${path}, whose save fails ${when}`, async () => {
        const { site, visitor, store } = await known({ saveErrors: 'fail' })
        if (when === 'at once') store.fail('set', DOWN)
        else store.set = (_id, _session, callback) => void setImmediate(() => callback?.(DOWN))
        const res = await visitor.get(path)
        expect([res.status, res.text, setCookie(res)]).to.deep.equal([500, 'store down', undefined])
        expect(site.errors).to.deep.equal([DOWN])
      })
    }
  }

  it('fail responds with the error if a new session could not be stored', async () => {
    const { site, store } = await known({ saveErrors: 'fail' })
    store.fail('set', DOWN)
    const res = await site.get('/enter')
    expect([res.status, setCookie(res)]).to.deep.equal([500, undefined])
  })

  it('fail responds with the error if a session could not be destroyed', async () => {
    const { visitor, store } = await known({ saveErrors: 'fail' })
    store.fail('destroy', DOWN)
    expect((await visitor.get('/unset')).status).to.equal(500)
  })

  it('fail completes a response that has begun, and passes the error to next', async () => {
    const { site, visitor, store } = await known({ saveErrors: 'fail' })
    store.fail('set', DOWN)
    const res = await visitor.get('/late')
    expect([res.status, res.text]).to.deep.equal([200, 'some, and more'])
    await new Promise(resolve => setImmediate(resolve))
    expect(site.errors).to.deep.equal([DOWN])
  })

  for (const [how, respond] of Object.entries(PAGES)) {
    it(`fail leaves an error page of the app as it is, without a cookie, and passes the error to next: ${how}`, async () => {
      const store = new FaultyStore()
      const site = new Site({ store, saveErrors: 'fail' }, (req, res) => {
        data(req).n = 1
        req.session.save(() => respond(res))
      })
      store.fail('set', DOWN)
      const res = await site.get()
      expect([res.status, res.text, setCookie(res)]).to.deep.equal([503, 'an own page', undefined])
      await new Promise(resolve => setImmediate(resolve))
      expect(site.errors).to.deep.equal([DOWN])
    })
  }

  it('fail replaces a page that blames the client, because its session may matter', async () => {
    const { visitor, store, site } = await known({ saveErrors: 'fail' })
    store.fail('set', DOWN)
    const res = await visitor.get('/refused')
    expect([res.status, res.text]).to.deep.equal([500, 'store down'])
    expect(site.errors).to.deep.equal([DOWN])
  })

  it('fail ignores a failed touch, because no data is lost', async () => {
    const { visitor, store } = await known({ saveErrors: 'fail' })
    store.fail('touch', DOWN)
    expect((await visitor.get('/read')).status).to.equal(200)
  })

  it('fail does not change responses whose save succeeds', async () => {
    const { site, visitor } = await known({ saveErrors: 'fail' })
    for (const path of ['/put', '/redirect', '/stream', '/late', '/handled', '/read', '/unset']) {
      expect((await visitor.get(path)).status).to.be.lessThan(400)
    }
    expect(site.errors).to.deep.equal([])
  })

  for (const value of ['ignore', true, null]) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      expect(() => session({ secret: 'x', saveErrors: value as never })).to.throw(TypeError, 'saveErrors option must be')
    })
  }
})
