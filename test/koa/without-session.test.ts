import { expect } from 'chai'
import { TracingStore } from '../support/tracing-store'
import { count, KOAS, KoaSite, lines, onRequest, type Bag, type Handler, type KoaSessionOptions } from './site'

/** What a handler may do with a session that the client does not have yet, and whether it is stored. */
const ACTS: Record<string, readonly [handler: Handler, isStored: boolean]> = {
  'reads a key': [ctx => void (ctx.body = String(ctx.session?.user)), false],
  'reads members': [ctx => void (ctx.body = [ctx.session?.isNew, ctx.session?.populated, ctx.session?.maxAge ?? 'none'].join()), false],
  'spreads it': [ctx => void (ctx.body = { ...ctx.session }), false],
  'sends it': [ctx => void (ctx.body = ctx.session), false],
  'writes and deletes a key': [
    ctx => {
      ;(ctx.session as Bag).a = 1
      delete ctx.session?.a
      ctx.body = 'nothing'
    },
    false,
  ],
  'writes a key': [ctx => void (ctx.body = String(((ctx.session as Bag).user = 'Ada'))), true],
  'writes a key after a member was read': [
    ctx => {
      const session = ctx.session as Bag
      ctx.body = String(session.isNew)
      session.user = 'Ada'
    },
    true,
  ],
  'reads a member after a key was written': [
    ctx => {
      const session = ctx.session as Bag
      session.user = 'Ada'
      ctx.body = `${session.isNew} ${session.length}`
    },
    true,
  ],
  'saves it': [
    async ctx => {
      const session = ctx.session as Bag
      await session.save()
      ctx.body = 'saved'
    },
    true,
  ],
  'sets its lifetime': [ctx => void ((ctx.session as Bag).maxAge = 5000), true],
  'writes through ctx.req.session': [
    ctx => {
      const session = ctx.session as Bag
      onRequest(ctx).user = 'Ada'
      ctx.body = String(session.user)
    },
    true,
  ],
  'assigns it to itself': [
    ctx => {
      const session = ctx.session as Bag
      session.user = 'Ada'
      ctx.session = session
      ctx.body = String(ctx.session === session)
    },
    true,
  ],
  'replaces it': [
    ctx => {
      ;(ctx.session as Bag).a = 1
      ctx.session = { user: 'Ada' } as unknown as Bag
      ctx.body = JSON.stringify(ctx.session)
    },
    true,
  ],
  'freezes it': [ctx => void (ctx.body = String(Object.isFrozen(Object.freeze(ctx.session)))), false],
  'freezes it and reads members': [
    ctx => {
      const session = Object.freeze(ctx.session as Bag)
      ctx.body = [typeof ctx.sessionId, session.isNew, ctx.session === session, onRequest(ctx).a].join()
    },
    false,
  ],
  'freezes it after a key was written': [
    ctx => {
      ;(ctx.session as Bag).user = 'Ada'
      ctx.body = String(Object.freeze(ctx.session)?.user)
    },
    true,
  ],
  'freezes it and saves it': [
    async ctx => {
      const session = Object.freeze(ctx.session as Bag)
      await session.save()
      ctx.body = String(session.isNew)
    },
    true,
  ],
  'gives it a new ID': [
    async ctx => {
      const session = ctx.session as Bag
      session.user = 'Ada'
      await ctx.regenerateSession({ keep: true })
      ctx.body = String(ctx.session?.user)
    },
    true,
  ],
}

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: a client without a session, on ${name}`, () => {
    for (const [what, [handler, isStored]] of Object.entries(ACTS)) {
      for (const kind of ['store', 'cookie'] as const) {
        it(`whose handler ${what} ${isStored ? 'gets' : 'gets no'} session, in the ${kind}, whether the middleware knew that it came`, async () => {
          // A function of the app is called for each request, so that nothing is put off
          const [early, late] = [open(kind, handler, {}), open(kind, handler, { skip: () => false })]
          const [one, other] = [await early.get(), await late.get()]
          expect([one.status, one.text, lines(one).length]).to.deep.equal([other.status, other.text, other.status && lines(other).length])
          expect(lines(one).length > 0).to.equal(isStored)
        })
      }
    }

    it('has one object at ctx.session before and after its ID is known', async () => {
      let found: unknown[] = []
      await open(
        'store',
        ctx => {
          const before = ctx.session
          const id = ctx.sessionId
          found = [ctx.session === before, typeof id, onRequest(ctx).id === id]
        },
        {},
      ).get()
      expect(found).to.deep.equal([true, 'string', true])
    })

    it('leaves ctx.session = null without a store call', async () => {
      const store = new TracingStore()
      const site = new KoaSite({ store }, ctx => void (ctx.session = null), { koa })
      await site.get()
      expect(store.trace()).to.deep.equal([])
    })

    it('has another cookie only: the same', async () => {
      const res = await open('store', ctx => void (ctx.body = String(ctx.session?.isNew)), {})
        .get()
        .set('Cookie', 'theme=dark; koa.sid2=1')
      expect([res.text, lines(res)]).to.deep.equal(['true', []])
    })

    for (const [what, outer] of Object.entries({
      'in the cookie': 'cookie',
      'with promises': promises(),
      'with callbacks': new TracingStore(),
    } as const)) {
      it(`is served by an app inside of another, whose sessions are ${what}`, async () => {
        const store = new TracingStore()
        const inner = new KoaSite({ store, name: 'inner' }, count, { koa })
        const site = new KoaSite(
          { store: outer, name: 'outer' },
          async ctx => {
            await ctx.session?.save()
            ctx.respond = false
            await inner.app.callback()(ctx.req, ctx.res)
          },
          { koa },
        )
        const res = await site.get()
        expect([res.status, res.text, inner.errors]).to.deep.equal([200, '1', []])
        expect(lines(res).map(line => line.split('=')[0])).to.deep.equal(['outer', 'outer.sig', 'inner', 'inner.sig'])
        expect(await store.count()).to.equal(1)
      })
    }

    function open(kind: 'store' | 'cookie', handler: Handler, options: KoaSessionOptions): KoaSite {
      return new KoaSite({ store: kind === 'store' ? new TracingStore() : 'cookie', ...options }, handler, { koa })
    }
  })
}

function promises() {
  const records = new Map<string, object>()
  return {
    get: (id: string) => Promise.resolve(records.get(id)),
    set: (id: string, record: object) => Promise.resolve(records.set(id, record)),
    destroy: (id: string) => Promise.resolve(records.delete(id)),
  }
}
