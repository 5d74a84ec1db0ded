import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, leave, lines, show, type Bag, type Ctx, type Handler } from '../site'

const set =
  (value: unknown): Handler =>
  ctx => {
    ctx.session = value as Bag
    ctx.body = 'set'
  }

const KINDS: Record<string, () => object> = {
  'a store': () => ({ store: new TracingStore(), name: 'sess' }),
  'the cookie': () => ({ name: 'sess' }),
}

for (const [kind, options] of Object.entries(KINDS)) {
  describe(`koa context: session, in ${kind}`, () => {
    const site = (handlers: Record<string, Handler>): KoaSite =>
      new KoaSite(options(), { '/': count, '/read': show, '/leave': leave, '/nothing': () => {}, ...handlers })

    it('is an empty object for a new client, without a cookie', async () => {
      const res = await site({}).get('/read')
      expect([res.text, lines(res)]).to.deep.equal(['{}', []])
    })

    it('is the stored session of the client', async () => {
      const visitor = site({}).visitor()
      await visitor.get()
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    })

    it('unchanged, sends no cookie', async () => {
      const visitor = site({}).visitor()
      await visitor.get()
      expect(lines(await visitor.get('/read'))).to.deep.equal([])
      expect(lines(await visitor.get('/nothing'))).to.deep.equal([])
    })

    it('changed, sends the cookie again, with its signature', async () => {
      const visitor = site({}).visitor()
      expect(lines(await visitor.get()).length).to.equal(2)
      expect(lines(await visitor.get()).length).to.equal(2)
    })

    describe('set to an object', () => {
      it('replaces the data, also for the next request', async () => {
        const visitor = site({ '/set': set({ a: 1 }) }).visitor()
        await visitor.get()
        await visitor.get('/set')
        expect((await visitor.get('/read')).text).to.equal('{"a":1}')
      })

      it('for a new client, is a session, whose cookie is signed and has all attributes', async () => {
        const visitor = site({ '/set': set({ a: 1 }) }).visitor()
        const res = await visitor.get('/set')
        expect(visitor.jar.names).to.deep.equal(['sess', 'sess.sig'])
        expect(lines(res)[0]).to.match(/; path=\/; httponly$/)
        expect((await visitor.get('/read')).text).to.equal('{"a":1}')
      })

      it('that is empty, empties an existing session', async () => {
        const visitor = site({ '/set': set({}) }).visitor()
        await visitor.get()
        await visitor.get('/set')
        expect((await visitor.get('/read')).text).to.equal('{}')
      })

      it('that is empty, stores nothing for a new session', async () => {
        expect(lines(await site({ '/set': set({}) }).get('/set'))).to.deep.equal([])
      })

      it('with a key maxAge, sets the lifetime; a key cookie is data', async () => {
        const visitor = site({ '/set': set({ a: 1, maxAge: 60_000, cookie: { httpOnly: false } }) }).visitor()
        const [line] = lines(await visitor.get('/set'))
        expect([line?.includes('httponly'), line?.includes('expires=')]).to.deep.equal([true, true])
        expect((await visitor.get('/read')).text).to.equal('{"a":1,"cookie":{"httpOnly":false}}')
      })

      it('is a Session from then on, and not the given object', async () => {
        const given = { a: 1 }
        const check: Handler = ctx => {
          ctx.session = given as never
          const session = ctx.session as unknown as Bag
          session.b = 2
          ctx.body = [given, session.isNew, session.populated]
        }
        expect((await site({ '/set': check }).get('/set')).body).to.deep.equal([{ a: 1 }, false, true])
      })
    })

    for (const value of [null, undefined]) {
      describe(`set to ${value}`, () => {
        it('ends the session, and clears both cookies', async () => {
          const visitor = site({ '/end': set(value) }).visitor()
          await visitor.get()
          const cleared = lines(await visitor.get('/end'))
          expect(cleared.map(line => line.split('; ')[2])).to.deep.equal(Array(2).fill('expires=Thu, 01 Jan 1970 00:00:00 GMT'))
          expect(visitor.jar.names).to.deep.equal([])
          expect((await visitor.get('/read')).text).to.equal('{}')
        })

        it('is null until the end of the request', async () => {
          const check = (ctx: Ctx): void => {
            ctx.session = value
            ctx.body = String(ctx.session)
          }
          expect((await site({ '/end': check }).get('/end')).text).to.equal('null')
        })

        it('of a new client, clears the cookie too', async () => {
          const visitor = site({ '/end': set(value) }).visitor()
          expect(lines(await visitor.get('/end')).length).to.be.greaterThan(0)
          expect(visitor.jar.names).to.deep.equal([])
        })
      })
    }

    for (const value of ['x', 5, true]) {
      it(`set to ${JSON.stringify(value)} is a TypeError`, async () => {
        const refusing = site({ '/set': set(value) })
        expect((await refusing.get('/set')).status).to.equal(500)
        expect(refusing.errors.map(err => [err.name, err.message])).to.deep.equal([
          ['TypeError', 'ctx.session can only be set as null or an object'],
        ])
      })
    }

    it('set to null and then to an object is a new session', async () => {
      const again: Handler = ctx => {
        ctx.session = null
        ctx.session = { b: 1 } as never
      }
      const visitor = site({ '/again': again }).visitor()
      await visitor.get()
      const before = visitor.jar.value('sess')
      await visitor.get('/again')
      expect(visitor.jar.value('sess')).to.not.equal(before)
      expect((await visitor.get('/read')).text).to.equal('{"b":1}')
    })
  })
}

describe('koa context: session, and its store', () => {
  const sites = (handlers: Record<string, Handler> = {}): [KoaSite, TracingStore] => {
    const store = new TracingStore()
    return [new KoaSite({ store }, { '/': count, '/leave': leave, '/read': show, ...handlers }), store]
  }

  it('a new client causes no store call until there is data to save', async () => {
    const [site, store] = sites()
    const visitor = site.visitor()
    await visitor.get('/read')
    expect(store.trace()).to.deep.equal([])
    await visitor.get()
    expect(store.trace()).to.deep.equal(['set'])
  })

  it('set to null destroys the stored session', async () => {
    const [site, store] = sites()
    const visitor = site.visitor()
    await visitor.get()
    store.trace()
    await visitor.get('/leave')
    expect([store.trace(), await store.count()]).to.deep.equal([['get', 'destroy'], 0])
  })

  it('set to null destroys nothing for a new client', async () => {
    const [site, store] = sites()
    await site.get('/leave')
    expect(store.trace()).to.deep.equal([])
  })

  it('set to null and then to an object destroys the first session, and has a new ID', async () => {
    const [site, store] = sites({ '/again': ctx => ((ctx.session = null), (ctx.session = { b: 1 } as never)) })
    const visitor = site.visitor()
    await visitor.get()
    store.trace()
    await visitor.get('/again')
    expect([store.trace(), await store.count()]).to.deep.equal([['get', 'destroy', 'set'], 1])
  })

  it('of another context is copied as data, without its ID and cookie', async () => {
    let other: Bag | undefined
    const [site] = sites({ '/give': ctx => ((other = ctx.session as Bag), (other.user = 'alice')), '/take': ctx => (ctx.session = other) })
    const [alice, bob] = [site.visitor(), site.visitor()]
    await alice.get('/give')
    await bob.get('/take')
    expect((await bob.get('/read')).text).to.equal('{"user":"alice"}')
    expect(bob.jar.value('koa.sid')).to.not.equal(alice.jar.value('koa.sid'))
  })
})
