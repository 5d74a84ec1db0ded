import { expect } from 'chai'
import koaSession = require('../../lib/koa')
import { koaGenericSession, koaSession as koaSessionPreset, koaSessionTs } from '../../lib/koa-presets'
import { TracingStore } from '../support/tracing-store'
import { KoaSite, lines, onRequest, type Ctx, type Handler, type KoaSessionOptions } from './site'
import { Told } from './told'

type Make = (options: KoaSessionOptions, app: never) => unknown

const MAKERS: Record<string, { make: Make; cookieOf: (ctx: Ctx) => Record<string, unknown> }> = {
  'resession/koa': { make: koaSession as never, cookieOf: ctx => onRequest(ctx).cookie as never },
  koaSession: { make: koaSessionPreset as never, cookieOf: ctx => onRequest(ctx).cookie as never },
  koaGenericSession: { make: koaGenericSession as never, cookieOf: ctx => ctx.session?.cookie as never },
  koaSessionTs: {
    make: (options => koaSessionTs({ cookieOptions: { signed: true }, ...options })) as Make,
    cookieOf: ctx => ctx.session?.cookie as never,
  },
}

/** Attributes that would end early and begin another, or that are invalid. */
const EVIL: readonly (readonly [name: string, value: unknown, message: string])[] = [
  ['path', '/a; Domain=evil.example', 'option path is invalid'],
  ['path', '/a\r\nSet-Cookie: b=c', 'option path is invalid'],
  ['domain', 'evil.example; Path=/', 'option domain is invalid'],
  ['domain', 'evil example', 'option domain is invalid'],
  ['sameSite', 'lax; Domain=evil.example', 'option sameSite is invalid'],
  ['priority', 'high; Domain=evil.example', 'option priority is invalid'],
  ['expires', new Date(NaN), 'option expires is invalid'],
]

const change: Handler = ctx => void Object.assign(ctx.session as object, { a: Math.random() })
const leave: Handler = ctx => void (ctx.session = null)

for (const [name, { make, cookieOf }] of Object.entries(MAKERS)) {
  describe(`koa: attributes of a cookie that cannot be sent, ${name}`, () => {
    const siteOf = (store: object, handlers: Record<string, Handler>): KoaSite =>
      new KoaSite({}, handlers, { instead: app => make({ store: store as never }, app as never) })

    for (const [attribute, value, message] of EVIL) {
      it(`${attribute} ${JSON.stringify(value)} from the app is a TypeError, before anything is stored`, async () => {
        const store = new Told()
        const site = siteOf(store, { '/': ctx => (change(ctx), void (cookieOf(ctx)[attribute] = value)) })
        const res = await site.get()
        expect([res.status, lines(res), store.records.size]).to.deep.equal([500, [], 0])
        expect(site.errors.map(err => [err instanceof TypeError, err.message])).to.deep.equal([[true, message]])
      })
    }

    it('from a stored record are never sent: not when it is read, changed or ended', async () => {
      const store = new Told()
      const site = siteOf(store, { '/': change, '/read': () => {}, '/leave': leave })
      const visitor = site.visitor()
      await visitor.get()
      const [id, text] = [...store.records][0] as [string, string]
      const evil = { path: '/a; Domain=evil.example', httpOnly: true, originalMaxAge: null, expires: null }
      const { _expire, _maxAge, _session, ...data } = JSON.parse(text) as Record<string, unknown>
      store.records.set(id, JSON.stringify({ ...data, cookie: evil }))
      const sent: string[] = []
      for (const path of ['/read', '/', '/leave']) sent.push(...lines(await visitor.get(path)))
      expect(sent.join('\n')).to.not.contain('evil')
      // A logout still reaches the browser
      expect(sent.filter(line => /^koa\.(sid|sess)=;.*path=\//.test(line))).to.have.length(1)
      expect(store.records.size).to.equal(0)
    })
  })
}

/** IDs that a cookie cannot carry, or would change. */
const IDS: readonly unknown[] = [
  'a;b',
  'a\r\nb',
  'a\nSet-Cookie: b=c',
  'a\0',
  '\t',
  ' a',
  'a ',
  '"a"',
  '\u0436',
  '\ud800',
  '',
  5,
  undefined,
  null,
  {},
  true,
]

describe('koa: IDs that cannot be sent', () => {
  for (const [kind, store] of Object.entries({
    'express-session’s store': () => new TracingStore(),
    'a store of promises': () => new Told(),
  })) {
    for (const id of IDS) {
      for (const [how, genid] of Object.entries({ '': () => id, ', promised': async () => id })) {
        it(`${JSON.stringify(id) ?? 'undefined'}${how} is refused before it is stored, in ${kind}`, async () => {
          const kept = store()
          const site = new KoaSite({ store: kept as never, genid: genid as never }, change)
          const res = await site.get()
          expect([res.status, lines(res)]).to.deep.equal([500, []])
          expect(site.errors.map(err => err.name)).to.deep.equal(['TypeError'])
          expect(kept instanceof Told ? kept.records.size : await kept.count()).to.equal(0)
        })
      }
    }
  }

  for (const id of ['a b', 'a,b', 'a=b', 'a"b', 'a\\b', 'a%3Bb', 'é', 'sess:42']) {
    it(`${JSON.stringify(id)} is sent, and found again`, async () => {
      const store = new Told()
      const site = new KoaSite({ store: store as never, genid: () => id }, { '/': change, '/read': ctx => (ctx.body = ctx.sessionId) })
      const visitor = site.visitor()
      await visitor.get()
      expect([...store.records.keys()]).to.deep.equal([id])
      expect((await visitor.get('/read')).text).to.equal(id)
    })
  }

  it('may be used with a transport of the app', async () => {
    const store = new Told()
    const transport = { get: () => undefined, set: () => {}, clear: () => {} }
    await new KoaSite({ store: store as never, genid: () => 'a;b', transport }, change).get()
    expect([...store.records.keys()]).to.deep.equal(['a;b'])
  })

  for (const idPrefix of ['a;', 'a\r\n', ' a', '"']) {
    it(`an idPrefix ${JSON.stringify(idPrefix)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ store: new TracingStore(), idPrefix }, change)).to.throw(TypeError, 'idPrefix')
    })
  }
})

describe('koa: cookie.expires that is no date', () => {
  for (const expires of [new Date(NaN), new Date('tomorrow')]) {
    it(`${String(expires)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ cookie: { expires } }, change)).to.throw(TypeError, 'expires')
      expect(() => new KoaSite({ expires } as never, change)).to.throw(TypeError, 'expires')
    })
  }
})
