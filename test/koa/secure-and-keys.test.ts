import { expect } from 'chai'
import Cookies = require('cookies')
import { TracingStore } from '../support/tracing-store'
import koaSession = require('../../lib/koa')
import { STORES } from './kinds'
import { count, countThere, KOAS, KoaSite, leave, onRequest, lines, show, type Ctx, type Handler } from './site'

type WithCookies = Ctx & { cookies: Cookies }

/** How an app says that its proxy uses TLS, without `app.proxy`. */
const SECURED: Record<string, (ctx: WithCookies) => void> = {
  'ctx.cookies.secure = true': ({ cookies }) => void (cookies.secure = true),
  'cookies of the app’s own': ctx => void (ctx.cookies = new Cookies(ctx.req, ctx.res, { keys: ctx.app.keys as string[], secure: true })),
}

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

    for (const [kind, make] of Object.entries(STORES)) {
      for (const [what, act] of Object.entries(SECURED)) {
        for (const secure of [true, 'auto'] as const) {
          it(`${String(secure)} with ${what} is sent on plain HTTP, of sessions in ${kind}`, async () => {
            const before = [(ctx: Ctx, next: () => Promise<unknown>) => (act(ctx as WithCookies), next())]
            const site = new KoaSite({ ...make(), rolling: true, cookie: { secure, maxAge: 60_000 } }, HANDLERS, { koa, before })
            const visitor = site.visitor()
            for (const path of ['/', '/read', '/update']) {
              const sent = lines(await visitor.get(path))
              expect([sent.length, sent.every(line => line.includes('; secure'))], path).to.deep.equal([2, true])
            }
            expect([(await visitor.get('/read')).text, site.errors]).to.deep.equal(['{"views":2}', []])
          })
        }
      }
    }

    it('that is "auto" makes no ctx.cookies for a request that sends none', async () => {
      const made: boolean[] = []
      const isMade = (ctx: Ctx): boolean => Object.getOwnPropertySymbols(ctx).some(({ description }) => description === 'context#cookies')
      const look: Handler = ctx => void made.push(onRequest(ctx).cookie.secure === false, isMade(ctx))
      await new KoaSite({ store: new TracingStore(), cookie: { secure: 'auto' } }, look, { koa }).get()
      expect(made).to.deep.equal([true, false])
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
