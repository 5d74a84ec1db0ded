import { expect } from 'chai'
import { TracingStore } from '../support/tracing-store'
import koaSession = require('../../lib/koa')
import { count, countThere, KOAS, KoaSite, leave, onRequest, lines, show, type Handler } from './site'

const HANDLERS: Record<string, Handler> = {
  '/': count,
  '/update': countThere,
  '/secure': ctx => ((onRequest(ctx).cookie.secure = true), ctx.updateSession(() => {})),
  '/read': show,
  '/leave': leave,
}

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: a second middleware, on ${name}`, () => {
    it('leaves the context to the first', async () => {
      const [first, second] = [new TracingStore(), new TracingStore()]
      const site = new KoaSite({ store: second }, HANDLERS, { koa, before: [koaSession({ store: first }) as never] })
      const visitor = site.visitor()
      await visitor.get()
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      expect([await first.count(), await second.count()]).to.deep.equal([1, 0])
    })

    it('does not read a session that the first defers', async () => {
      const store = new TracingStore()
      const site = new KoaSite({ store }, HANDLERS, { koa, before: [koaSession({ store, defer: true }) as never] })
      const visitor = new KoaSite({ store }, HANDLERS, { koa }).visitor()
      await visitor.get()
      store.trace()
      await Object.assign(site.visitor(), { jar: visitor.jar }).get('/nothing')
      expect(store.trace()).to.deep.equal([])
    })
  })

  describe(`koa: a secure cookie, on ${name}`, () => {
    for (const path of ['/', '/update']) {
      it(`on plain HTTP is an error before anything is stored, on ${path}`, async () => {
        const store = new TracingStore()
        const site = new KoaSite({ store, secure: true }, HANDLERS, { koa })
        const res = await site.get(path)
        expect([res.status, lines(res), store.trace()]).to.deep.equal([500, [], []])
        expect(site.errors.map(err => err.message)).to.deep.equal(['Cannot send secure cookie over unencrypted connection'])
      })
    }

    it('on plain HTTP is an error of the update that makes it secure, which is not stored', async () => {
      const store = new TracingStore()
      const res = await new KoaSite({ store }, HANDLERS, { koa }).get('/secure')
      expect([res.status, lines(res), store.trace()]).to.deep.equal([500, [], []])
    })

    it('on plain HTTP is no error if there is no cookie to send', async () => {
      expect((await new KoaSite({ store: new TracingStore(), secure: true }, HANDLERS, { koa }).get('/read')).status).to.equal(200)
    })

    for (const proxy of [true, false]) {
      it(`with app.proxy = ${proxy} and X-Forwarded-Proto: https is ${proxy ? 'sent' : 'refused'}`, async () => {
        const site = new KoaSite({ store: new TracingStore(), secure: true }, HANDLERS, { koa })
        site.app.proxy = proxy
        const res = await site.get().set('X-Forwarded-Proto', 'https')
        expect([res.status, lines(res).every(line => line.includes('; secure'))]).to.deep.equal([proxy ? 200 : 500, true])
        expect(lines(res).length).to.equal(proxy ? 2 : 0)
      })
    }
  })

  describe(`koa: an app without keys, on ${name}`, () => {
    for (const [kind, newOptions] of Object.entries<() => { store?: TracingStore }>({
      'a store': () => ({ store: new TracingStore() }),
      'the cookie': () => ({}),
    })) {
      it(`whose sessions are in ${kind} serves requests without a cookie to send`, async () => {
        expect((await new KoaSite(newOptions(), HANDLERS, { koa, keys: null }).get('/read')).status).to.equal(200)
        expect((await new KoaSite(newOptions(), HANDLERS, { koa, keys: null }).get('/leave')).status).to.equal(200)
      })

      for (const path of ['/', '/update']) {
        it(`whose sessions are in ${kind} fails before anything is stored, on ${path}`, async () => {
          const options = newOptions()
          const site = new KoaSite(options, HANDLERS, { koa, keys: null })
          const res = await site.get(path)
          expect([res.status, lines(res)]).to.deep.equal([500, []])
          expect(site.errors.map(err => err.message)).to.deep.equal(['.keys required for signed cookies'])
          if (options.store) expect(await options.store.count()).to.equal(0)
        })
      }

      it(`whose sessions are in ${kind} needs no keys with signed: false`, async () => {
        const visitor = new KoaSite({ ...newOptions(), signed: false }, HANDLERS, { koa, keys: null }).visitor()
        await visitor.get()
        expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      })
    }

    it('needs no keys with a transport of its own', async () => {
      const transport = { get: () => undefined, set: () => {}, clear: () => {} }
      expect((await new KoaSite({ store: new TracingStore(), transport }, HANDLERS, { koa, keys: null }).get()).text).to.equal('1')
    })
  })
}
