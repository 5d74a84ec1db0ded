import { expect } from 'chai'
import { MemoryStore } from '../../../lib'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, lines, show, type Ctx, type KoaSessionOptions } from '../site'
import { Strings, Told } from '../told'

const HANDLERS = { '/': count, '/read': show }

type Store = KoaSessionOptions['store']

const site = (store: unknown, options: KoaSessionOptions = {}): KoaSite => new KoaSite({ ...options, store: store as Store }, HANDLERS)

describe('koa options: store', () => {
  for (const [what, options] of Object.entries({ 'is missing': {}, 'is "cookie"': { store: 'cookie' } as const })) {
    it(`that ${what} keeps sessions in the cookie`, async () => {
      const visitor = new KoaSite(options, HANDLERS).visitor()
      await visitor.get()
      expect(Buffer.from(visitor.jar.value('koa.sess') as string, 'base64').toString()).to.contain('"views":1')
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    })
  }

  const KINDS = {
    'has createSession is express-session’s, though it has load': new TracingStore(),
    'has get, set and destroy is one of promises': new Told(),
    'has load, save and remove is one of JSON': new Strings(),
  }
  for (const [what, store] of Object.entries(KINDS)) {
    it(`that ${what}, and keeps sessions`, async () => {
      const visitor = site(store).visitor()
      await visitor.get()
      expect(visitor.jar.value('koa.sid')).to.match(/^[\w-]{32}$/)
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    })
  }

  it('that has both sets of methods is used as a store of promises', async () => {
    const store = Object.assign(new Told(), { load: () => '{"views":9}', save: () => {}, remove: () => {} })
    const visitor = site(store).visitor()
    await visitor.get()
    expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    expect(store.trace()).to.deep.equal(['set', 'get'])
  })

  const REFUSED = ['memory', {}, null, 5, { get: () => {}, set: () => {} }, { load: () => {}, save: () => {}, remove: 5 }]
  for (const store of REFUSED) {
    it(`${JSON.stringify(store)} is refused when the app starts`, () => {
      expect(() => site(store)).to.throw(TypeError, 'store option must have get, set and destroy, or load, save and remove')
    })
  }

  it('of the express-session kind without a method is refused', () => {
    const store = Object.assign(new MemoryStore(), { destroy: undefined })
    expect(() => site(store)).to.throw(TypeError, 'store option must have a destroy method')
  })

  describe('that is a function', () => {
    for (const [kind, make] of Object.entries({
      promises: () => new Told(),
      JSON: () => new Strings(),
      'express-session': () => new MemoryStore(),
    })) {
      it(`is called for a store of ${kind} in each request, with its context`, async () => {
        const store = make()
        const asked: Ctx[] = []
        const visitor = site((ctx: Ctx) => (asked.push(ctx), store)).visitor()
        await visitor.get()
        expect((await visitor.get('/read')).text).to.equal('{"views":1}')
        expect(asked.map(ctx => ctx.path)).to.deep.equal(['/', '/read'])
      })
    }

    it('may return separate stores, whose sessions are separate', async () => {
      const stores = { a: new Told(), b: new Told() }
      const visitor = site(({ query }: Ctx) => stores[query.of as 'a' | 'b']).visitor()
      await visitor.get('/?of=a')
      await visitor.get('/read?of=b')
      expect([stores.a.trace(), stores.b.trace()]).to.deep.equal([['set'], ['get']])
    })

    it('may return stores of several kinds', async () => {
      const stores = { a: new MemoryStore(), b: new Told() }
      const several = site(({ query }: Ctx) => stores[query.of as 'a' | 'b'])
      for (const of of ['a', 'b']) {
        const visitor = several.visitor()
        await visitor.get(`/?of=${of}`)
        expect((await visitor.get(`/read?of=${of}`)).text).to.equal('{"views":1}')
      }
    })

    it('loses no data of concurrent requests, even if each has its own store object', async () => {
      const kept = new Told()
      const release: (() => void)[] = []
      const both = new KoaSite(
        {
          store: () => ({ get: kept.get.bind(kept), set: kept.set.bind(kept), destroy: kept.destroy.bind(kept) }),
        },
        {
          '/': count,
          '/read': show,
          '/slow': async ctx => {
            await new Promise<void>(resolve => release.push(resolve))
            Object.assign(ctx.session as object, { slow: 1 })
          },
          '/fast': ctx => {
            Object.assign(ctx.session as object, { fast: 1 })
            for (const goOn of release) goOn()
          },
        },
      )
      const visitor = both.visitor()
      await visitor.get()
      const slow = visitor.get('/slow')
      while (release.length === 0) await new Promise(setImmediate)
      await Promise.all([slow, visitor.get('/fast')])
      expect(JSON.parse((await visitor.get('/read')).text)).to.deep.equal({ views: 1, slow: 1, fast: 1 })
    })

    it('that returns no store is an error of the request', async () => {
      const none = site(() => ({}))
      const res = await none.get()
      expect([res.status, lines(res)]).to.deep.equal([500, []])
      expect(none.errors).to.have.length(1)
      expect(none.errors[0]?.message).to.match(/^store option must have get, set and destroy, or load, save and remove: /)
    })

    it('that throws is an error of the request', async () => {
      const none = site(() => {
        throw new Error('no store for you')
      })
      expect((await none.get()).status).to.equal(500)
      expect(none.errors.map(err => err.message)).to.deep.equal(['no store for you'])
    })

    it('does not defer the checks of other options', () => {
      for (const options of [{ storeTimeout: -1 }, { path: 'a;b' }, { touchAfter: '1' as never }, { concurrency: 'on' as never }]) {
        expect(() => site(() => new Told(), options), JSON.stringify(options)).to.throw(TypeError)
        expect(() => site(new Told(), options), JSON.stringify(options)).to.throw(TypeError)
        expect(() => site('cookie', options), JSON.stringify(options)).to.throw(TypeError)
      }
    })
  })
})
