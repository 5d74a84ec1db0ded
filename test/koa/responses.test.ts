import { once } from 'node:events'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { GateStore } from '../support/gate-store'
import { TracingStore } from '../support/tracing-store'
import { turns, useServers, Wire } from '../support/wire'
import { count, KOAS, KoaSite, lines, show, type Bag, type Handler, type Middleware } from './site'

const oops = new Error('oops')

const failing: Handler = ctx => {
  ctx.set('Set-Cookie', ['other=1'])
  ;(ctx.session as Bag).user = 'alice'
  throw oops
}

const names = (found: string[]): string[] => found.map(line => line.slice(0, line.indexOf('=')))

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: manners on ${name}`, () => {
    useServers()

    it('counts visits', async () => {
      const visitor = new KoaSite({}, count, { koa }).visitor()
      expect((await visitor.get()).text).to.equal('1')
      expect((await visitor.get()).text).to.equal('2')
    })

    describe('an error that is thrown downstream', () => {
      it('is answered with our cookie, and without those of others', async () => {
        const site = new KoaSite({}, { '/': failing, '/read': show }, { koa })
        const visitor = site.visitor()
        const res = await visitor.get()
        expect([res.status, names(lines(res))]).to.deep.equal([500, ['koa.sess', 'koa.sess.sig']])
        expect((await visitor.get('/read')).text).to.equal('{"user":"alice"}')
        expect(site.errors).to.deep.equal([oops])
      })

      it('does not bring one visitor the cookie of another, though it is the same error', async () => {
        const site = new KoaSite({}, ctx => (ctx.path === '/' ? failing(ctx) : Promise.reject(oops)), { koa })
        await site.get()
        expect(lines(await site.get('/other'))).to.deep.equal([])
      })

      /** Changes the session, and throws. */
      const throwing =
        (thrown: unknown): Handler =>
        ctx => {
          ;(ctx.session as Bag).user = 'alice'
          throw thrown
        }

      it('is as it was afterwards', async () => {
        const bare = new Error('bare')
        await new KoaSite({}, throwing(bare), { koa }).get()
        expect(Object.hasOwn(bare, 'headers')).to.equal(false)
        const headers = { 'X-Other': '1' }
        const laden = Object.assign(new Error('laden'), { headers, status: 418 })
        const res = await new KoaSite({}, throwing(laden), { koa }).get()
        expect([res.status, res.headers['x-other'], names(lines(res))]).to.deep.equal([418, '1', ['koa.sess', 'koa.sess.sig']])
        expect(Object.getOwnPropertyDescriptor(laden, 'headers')).to.deep.equal({
          value: headers,
          writable: true,
          enumerable: true,
          configurable: true,
        })
        expect(headers).to.deep.equal({ 'X-Other': '1' })
      })

      it('and that takes no headers more is answered with its own status, and without the cookie', async () => {
        // Of one that is frozen Koa makes no answer at all: it sets the status
        const sealed = Object.preventExtensions(Object.assign(new Error('sealed'), { status: 418 }))
        const site = new KoaSite({}, throwing(sealed), { koa })
        const res = await site.get()
        expect([res.status, lines(res), site.errors]).to.deep.equal([418, [], [sealed]])
      })

      it('and that a middleware before ours catches leaves the cookie where it is', async () => {
        const before: Middleware[] = [(ctx, next) => Promise.resolve(next()).catch(() => (ctx.body = 'caught'))]
        const res = await new KoaSite({}, throwing(oops), { koa, before }).get()
        expect([res.text, names(lines(res))]).to.deep.equal(['caught', ['koa.sess', 'koa.sess.sig']])
      })

      it('may be none: of a string that is thrown Koa makes one', async () => {
        const site = new KoaSite({}, throwing('a string'), { koa })
        const res = await site.get()
        expect([res.status, site.errors.map(err => err.message)]).to.deep.equal([500, ['non-error thrown: "a string"']])
      })

      it('keeps the headers that it brings', async () => {
        const site = new KoaSite(
          {},
          ctx => {
            ;(ctx.session as Bag).user = 'alice'
            ctx.throw(403, 'no', { headers: { 'X-Why': 'because' } })
          },
          { koa },
        )
        const res = await site.get()
        expect([res.status, res.headers['x-why'], res.text]).to.deep.equal([403, 'because', 'no'])
        expect(names(lines(res))).to.deep.equal(['koa.sess', 'koa.sess.sig'])
      })

      it('comes before what the commit could not do, which the app hears of', async () => {
        const unsaved = new Error('unsaved')
        const store = { get: () => undefined, set: () => Promise.reject(unsaved), destroy: () => undefined }
        const site = new KoaSite({ store }, failing, { koa })
        await site.get()
        expect(site.errors).to.deep.equal([unsaved, oops])
      })
    })

    it('an error of a middleware before ours does not lose the cookie of what has been stored', async () => {
      const site = new KoaSite({}, count, {
        koa,
        before: [
          async (_ctx, next) => {
            await next()
            throw oops
          },
        ],
      })
      const visitor = site.visitor()
      expect((await visitor.get()).status).to.equal(500)
      expect(visitor.jar.names).to.deep.equal(['koa.sess', 'koa.sess.sig'])
    })

    it('a stream as the body is sent with the cookie', async () => {
      const site = new KoaSite(
        {},
        ctx => {
          ;(ctx.session as Bag).user = 'alice'
          ctx.body = Readable.from(['a', 'b'])
        },
        { koa },
      )
      const res = await site.get().buffer(true)
      expect([names(lines(res)), Buffer.from(res.body as never).toString() || res.text]).to.deep.equal([['koa.sess', 'koa.sess.sig'], 'ab'])
    })

    it('a stream that fails has the cookie sent before, and the session stored', async () => {
      const store = new TracingStore()
      const broken: Handler = ctx => {
        ;(ctx.session as Bag).user = 'alice'
        ctx.body = Readable.from(
          (function* () {
            yield 'a'
            throw oops
          })(),
        )
      }
      const site = new KoaSite({ store }, { '/': broken, '/read': show }, { koa })
      const wire = (await Wire.to(site.server)).get('/')
      // Koa 2 does not hang up after that
      const text = await wire.until(text => text.includes('\r\n\r\n1\r\na'))
      await turns()
      expect(text).to.match(/Set-Cookie: koa\.sid=/i)
      expect([store.trace(), site.errors[0]]).to.deep.equal([['set'], oops])
    })

    it('a stream as the body goes out when the session is stored, and not before', async () => {
      const store = new GateStore()
      const streaming: Handler = ctx => {
        ;(ctx.session as Bag).user = 'alice'
        ctx.body = Readable.from(['a', 'b'])
      }
      const wire = (await Wire.to(new KoaSite({ store }, streaming, { koa }).server)).get('/')
      await store.waits()
      await turns()
      expect(wire.text).to.equal('')
      store.release()
      expect((await wire.answer()).body).to.equal('ab')
    })

    for (const [status, message] of [
      [404, 'no such thing'],
      [401, 'who are you'],
      [500, 'Internal Server Error'],
    ] as const) {
      it(`ctx.throw(${status}) answers so, with our cookie`, async () => {
        const throwing: Handler = ctx => {
          ;(ctx.session as Bag).user = 'alice'
          ctx.throw(status, status === 500 ? 'secret' : message, {})
        }
        const res = await new KoaSite({}, throwing, { koa }).get()
        expect([res.status, res.text, names(lines(res))]).to.deep.equal([status, message, ['koa.sess', 'koa.sess.sig']])
      })
    }

    it('with ctx.respond = false the session is saved, and save() sends its cookie', async () => {
      const site = new KoaSite(
        {},
        async ctx => {
          ctx.respond = false
          ;(ctx.session as Bag).user = 'alice'
          await ctx.session?.save()
          ctx.res.end('raw')
        },
        { koa },
      )
      const res = await site.get()
      expect([res.text, names(lines(res))]).to.deep.equal(['raw', ['koa.sess', 'koa.sess.sig']])
      expect(site.errors).to.deep.equal([])
    })

    it('with ctx.respond = false an answer that has left is none to fail over', async () => {
      const site = new KoaSite(
        {},
        async ctx => {
          ctx.respond = false
          ;(ctx.session as Bag).user = 'alice'
          ctx.res.end('raw')
          await once(ctx.res, 'finish')
        },
        { koa },
      )
      expect((await site.get()).text).to.equal('raw')
      expect(site.errors).to.deep.equal([])
    })
  })
}
