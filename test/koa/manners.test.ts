import { once } from 'node:events'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { count, KOAS, KoaSite, lines, show, type Bag, type Handler } from './site'

const oops = new Error('oops')

const failing: Handler = ctx => {
  ctx.set('Set-Cookie', ['other=1'])
  ;(ctx.session as Bag).user = 'alice'
  throw oops
}

const names = (found: string[]): string[] => found.map(line => line.slice(0, line.indexOf('=')))

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: manners on ${name}`, () => {
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

      it('leaves the error as it was, even where it is frozen', async () => {
        const frozen = Object.freeze(Object.assign(new Error('frozen'), { headers: Object.freeze({ 'X-Other': '1' }), status: 418 }))
        const site = new KoaSite(
          {},
          ctx => {
            ;(ctx.session as Bag).user = 'alice'
            throw frozen
          },
          { koa, before: [(ctx, next) => Promise.resolve(next()).catch(() => (ctx.body = 'caught'))] },
        )
        const res = await site.get()
        expect([res.text, names(lines(res))]).to.deep.equal(['caught', ['koa.sess', 'koa.sess.sig']])
      })

      it('may be none: a string that is thrown', async () => {
        const site = new KoaSite(
          {},
          ctx => {
            ;(ctx.session as Bag).user = 'alice'
            throw 'a string'
          },
          { koa },
        )
        const res = await site.get()
        expect(res.status).to.equal(500)
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
