import { sign } from 'cookie-signature'
import { expect } from 'chai'
import express = require('express')
import request = require('supertest')
import { count, data, routes } from '../support/handlers'
import { QUIET, setCookie, Site } from '../support/site'
import { session } from '../support/subject'

/** A cookie in a record as a store may return it for a session of `{ views: 1 }`. */
const GOOD = '{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}'

describe('session: records that cannot be read', () => {
  /** The second request of a client whose record has changed meanwhile. */
  const visit = async (record: unknown): Promise<{ status: number; text: string; cookie: string | undefined; errors: string[] }> => {
    const store = new session.MemoryStore()
    const site = new Site({ store, cookie: { maxAge: 60_000 } }, routes({ '/': count }))
    const visitor = site.visitor()
    await visitor.get()
    store.get = (_, callback) => callback(null, record as never)
    const res = await visitor.get()
    await new Promise(resolve => setImmediate(resolve))
    return { status: res.status, text: res.text, cookie: setCookie(res), errors: site.errors.map(err => err.message) }
  }

  for (const record of [null, undefined, false, 0, '']) {
    it(`${JSON.stringify(record)} is no record: a new session starts`, async () => {
      const { status, text, cookie } = await visit(record)
      expect([status, text]).to.deep.equal([200, '1'])
      expect(cookie).to.be.a('string')
    })
  }

  for (const record of [{}, [], 42, true, 'text', { views: 1 }, { cookie: null }]) {
    it(`${JSON.stringify(record)} has no cookie: an error for next`, async () => {
      const { status, errors, cookie } = await visit(record)
      expect(status).to.equal(500)
      expect(errors).to.have.length(1)
      expect(errors[0]).to.match(/^Cannot read prop/)
      expect(cookie).to.equal(undefined)
    })
  }

  const bad: [string, RegExp][] = [
    ['{"cookie":5}', /argument options must be a object/],
    ['{"cookie":"text"}', /argument options must be a object/],
    ['{"cookie":"text","~":{"c":1,"a":1,"h":"handle"}}', /argument options must be a object/],
    ['{"cookie":{"maxAge":"soon"}}', /maxAge must be a number or Date/],
    ['{"cookie":{"originalMaxAge":"soon"}}', /maxAge must be a number or Date/],
    ['{"cookie":{"originalMaxAge":{}}}', /maxAge must be a number or Date/],
  ]
  for (const [record, message] of bad) {
    it(`${record} has an invalid cookie: an error for next`, async () => {
      const { status, errors } = await visit(JSON.parse(record))
      expect(status).to.equal(500)
      expect(errors).to.have.length(1)
      expect(errors[0]).to.match(message)
    })
  }

  const unsendable: [string, RegExp][] = [
    ['{"cookie":{"originalMaxAge":60000,"path":"/","sameSite":"sometimes"},"views":1}', /option sameSite is invalid/],
    ['{"cookie":{"originalMaxAge":60000,"path":"/a;b"},"views":1}', /option path is invalid/],
    ['{"cookie":{"originalMaxAge":60000,"path":"/","domain":"a\\r\\nb"},"views":1}', /option domain is invalid/],
  ]
  for (const [record, message] of unsendable) {
    it(`${record} has a cookie that cannot be sent: the response is sent without it, and the error goes to next`, async () => {
      const { status, text, cookie, errors } = await visit(JSON.parse(record))
      expect([status, text, cookie]).to.deep.equal([200, '2', undefined])
      expect(errors).to.have.length(1)
      expect(errors[0]).to.match(message)
    })
  }

  const harmless: [string, string][] = [
    [`{"cookie":${GOOD.replace('{', '{"__proto__":{"path":"/evil"},')},"views":1}`, 'a cookie with a __proto__'],
    [`{"cookie":${GOOD.replace('{', '{"data":1,"serialize":2,"toJSON":3,"constructor":4,')},"views":1}`, 'a cookie with names of methods'],
    ['{"cookie":{},"views":1}', 'an empty cookie'],
    ['{"cookie":0,"views":1}', 'a cookie of 0'],
    ['{"cookie":false,"views":1}', 'a cookie of false'],
    ['{"cookie":"","views":1}', 'a cookie of an empty text'],
    [`{"cookie":${GOOD.replace('null', '60000').replace('null', '"not a date"')},"views":1}`, 'an invalid date'],
    [`{"cookie":${GOOD.replace('null', '60000').replace('null', '12345')},"views":1}`, 'a date that is a number'],
  ]
  for (const [record, name] of harmless) {
    it(`${name} is accepted`, async () => {
      const { status, text, errors } = await visit(JSON.parse(record))
      expect([status, text, errors]).to.deep.equal([200, '2', []])
    })
  }

  for (const [what, found] of [
    ['cannot be read', [null, { views: 1 }]],
    ['could not be read because of a store error', [new Error('timed out')]],
  ] as const) {
    it(`an error handler can start a new session for a client whose record ${what}`, async () => {
      const store = new session.MemoryStore()
      const app = express()
      app.use(session({ ...QUIET, store, unset: 'destroy' }))
      app.use(((_err, req, _res, next) => {
        req.sessionStore.regenerate(req, () => {
          Object.assign(req.session, { notice: 'start again' })
          next()
        })
      }) as express.ErrorRequestHandler)
      app.use((req, res) => void res.end((req.session as unknown as { notice: string }).notice))
      store.sessions = { known: '{}' }
      const get = store.get.bind(store)
      store.get = (_, callback) => (callback as (...args: unknown[]) => void)(...found)
      const known = `connect.sid=s:${sign('known', QUIET.secret)}`
      const res = await request(app).get('/').set('Cookie', known)
      expect(res.text).to.equal('start again')
      store.get = get
      const again = await request(app)
        .get('/')
        .set('Cookie', setCookie(res)?.split(';')[0] as string)
      expect(again.text).to.equal('start again')
      expect(Object.keys(store.sessions)).to.have.length(1)
    })
  }

  it('a __proto__ in a stored cookie removes no attribute from Set-Cookie', async () => {
    const { cookie } = await visit(
      JSON.parse(`{"cookie":{"__proto__":{},"originalMaxAge":60000,"httpOnly":true,"path":"/","sameSite":"lax"},"views":1}`),
    )
    expect(cookie).to.match(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/)
  })
})

describe('session: data that cannot be stored', () => {
  const unserialisable: Record<string, (bag: Record<string, unknown>) => void> = {
    'a circle': bag => void (bag.self = bag),
    'a BigInt': bag => void (bag.big = 1n),
    'a toJSON that throws': bag =>
      void (bag.bad = {
        toJSON() {
          throw new Error('no JSON of me')
        },
      }),
  }

  for (const [name, spoil] of Object.entries(unserialisable)) {
    it(`${name} is an error for next in place of the response, and the old record stays`, async () => {
      const store = new session.MemoryStore()
      const site = new Site(
        { store },
        routes({
          '/': count,
          '/spoil': (req, res) => {
            spoil(data(req))
            res.setHeader('Content-Length', 4)
            res.end('fine')
          },
        }),
      )
      const visitor = site.visitor()
      await visitor.get()
      const { status, text } = await visitor.get('/spoil')
      expect(status).to.equal(500)
      expect(site.errors.map(err => err.message)).to.deep.equal([text])
      expect((await visitor.get()).text).to.equal('2')
    })
  }
})
