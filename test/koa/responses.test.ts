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
  describe(`koa: responses on ${name}`, () => {
    useServers()

    it('counts visits', async () => {
      const visitor = new KoaSite({}, count, { koa }).visitor()
      expect((await visitor.get()).text).to.equal('1')
      expect((await visitor.get()).text).to.equal('2')
    })

    describe('an error that is thrown downstream', () => {
      it('sends the session cookie, and no other cookies', async () => {
        const site = new KoaSite({}, { '/': failing, '/read': show }, { koa })
        const visitor = site.visitor()
        const res = await visitor.get()
        expect([res.status, names(lines(res))]).to.deep.equal([500, ['koa.sess', 'koa.sess.sig']])
        expect((await visitor.get('/read')).text).to.equal('{"user":"alice"}')
        expect(site.errors).to.deep.equal([oops])
      })

      it('does not send the cookie of another client, even if both requests throw the same error object', async () => {
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

      it('is not changed afterwards', async () => {
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

      it('is sent with its status and without the cookie if it is not extensible', async () => {
        // For a frozen one Koa sends no response at all: it sets the status
        const sealed = Object.preventExtensions(Object.assign(new Error('sealed'), { status: 418 }))
        const site = new KoaSite({}, throwing(sealed), { koa })
        const res = await site.get()
        expect([res.status, lines(res), site.errors]).to.deep.equal([418, [], [sealed]])
      })

      it('keeps the cookie if an earlier middleware catches it', async () => {
        const before: Middleware[] = [(ctx, next) => Promise.resolve(next()).catch(() => (ctx.body = 'caught'))]
        const res = await new KoaSite({}, throwing(oops), { koa, before }).get()
        expect([res.text, names(lines(res))]).to.deep.equal(['caught', ['koa.sess', 'koa.sess.sig']])
      })

      it('may be a string, which Koa wraps', async () => {
        const site = new KoaSite({}, throwing('a string'), { koa })
        const res = await site.get()
        expect([res.status, site.errors.map(err => err.message)]).to.deep.equal([500, ['non-error thrown: "a string"']])
      })

      it('keeps its own headers', async () => {
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

      const SESSION = ['koa.sess', 'koa.sess.sig']
      const OWN_COOKIES: Record<string, readonly [headers: object, names: readonly string[]]> = {
        'a line': [{ 'Set-Cookie': 'own=1' }, ['own', ...SESSION]],
        'several lines': [{ 'Set-Cookie': ['own=1', 'other=2'] }, ['own', 'other', ...SESSION]],
        'a name in lower case': [{ 'set-cookie': ['own=1'] }, ['own', ...SESSION]],
        'both spellings': [{ 'set-cookie': 'own=1', 'Set-Cookie': 'other=2' }, ['own', 'other', ...SESSION]],
        'no line': [{ 'Set-Cookie': '' }, SESSION],
      }
      for (const [what, [headers, sent]] of Object.entries(OWN_COOKIES)) {
        it(`sends its own Set-Cookie header before the session cookie: ${what}`, async () => {
          const act: Handler = ctx => {
            ;(ctx.session as Bag).user = 'alice'
            ctx.throw(401, 'no', { headers })
          }
          const res = await new KoaSite({}, act, { koa }).get()
          expect([res.status, names(lines(res))]).to.deep.equal([401, sent])
        })
      }

      it('does not send the session cookie twice if its own headers are those of the response', async () => {
        const act: Handler = async ctx => {
          ctx.set('Set-Cookie', ['own=1'])
          await ctx.session?.save()
          ctx.throw(401, 'no', { headers: { 'set-cookie': ctx.res.getHeader('set-cookie') } })
        }
        expect(names(lines(await new KoaSite({}, act, { koa }).get()))).to.deep.equal(['own', ...SESSION])
      })

      it('has precedence over an error of the commit, which is emitted on the app', async () => {
        const unsaved = new Error('unsaved')
        const store = { get: () => undefined, set: () => Promise.reject(unsaved), destroy: () => undefined }
        const site = new KoaSite({ store }, failing, { koa })
        await site.get()
        expect(site.errors).to.deep.equal([unsaved, oops])
      })
    })

    it('an error of an earlier middleware does not lose the cookie of a stored session', async () => {
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

    it('a stream that fails after the headers: the cookie is sent, and the session is stored', async () => {
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
      // Koa 2 does not close the connection after that
      const text = await wire.until(text => text.includes('\r\n\r\n1\r\na'))
      await turns()
      expect(text).to.match(/Set-Cookie: koa\.sid=/i)
      expect([store.trace(), site.errors[0]]).to.deep.equal([['set'], oops])
    })

    it('a stream as the body is sent only after the session is stored', async () => {
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
      it(`ctx.throw(${status}) responds with the status and the session cookie`, async () => {
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

    it('with ctx.respond = false a change is no error after the response is sent', async () => {
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
