import { expect } from 'chai'
import { failures, PLACES } from '../kinds'
import { Strings, Told } from '../told'
import { TracingStore } from '../../support/tracing-store'
import {
  count,
  countAndSave,
  countThere,
  KoaSite,
  leave,
  lines,
  show,
  type Bag,
  type Ctx,
  type Handler,
  type KoaSessionOptions,
  type Visitor,
} from '../site'

type BeforeSave = NonNullable<KoaSessionOptions['beforeSave']>

const HANDLERS: Record<string, Handler> = {
  '/': count,
  '/read': show,
  '/leave': leave,
  '/save': countAndSave,
  '/update': countThere,
  '/saveSession': ctx => ctx.saveSession(),
}

for (const [kind, make] of Object.entries(PLACES)) {
  describe(`koa options: beforeSave, of sessions in ${kind}`, () => {
    const site = (beforeSave: unknown, options: KoaSessionOptions = {}): KoaSite =>
      new KoaSite({ ...make(), ...options, beforeSave: beforeSave as BeforeSave }, HANDLERS)

    it('is called with the context and the session object', async () => {
      const calls: [path: string, isLive: boolean, views: unknown][] = []
      const told = site((ctx: Ctx, session: Bag) => void calls.push([ctx.path, session === ctx.session, session.views]))
      await told.get()
      expect(calls).to.deep.equal([['/', true, 1]])
    })

    it('may change the session', async () => {
      const visitor = site((_ctx: Ctx, session: Bag) => (session.saved = true)).visitor()
      await visitor.get()
      expect((await visitor.get('/read')).text).to.equal('{"views":1,"saved":true}')
    })

    it('may be async', async () => {
      const visitor = site(async (_ctx: Ctx, session: Bag) => {
        await new Promise(setImmediate)
        session.saved = true
      }).visitor()
      await visitor.get()
      expect((await visitor.get('/read')).text).to.equal('{"views":1,"saved":true}')
    })

    for (const path of ['/save', '/saveSession', '/update']) {
      it(`is called once for an explicit save, on ${path}`, async () => {
        let calls = 0
        await site(() => void calls++).get(path)
        expect(calls).to.equal(1)
      })
    }

    it('may change the session before an update does', async () => {
      const visitor = site((_ctx: Ctx, session: Bag) => (session.views = 10)).visitor()
      await visitor.get('/update')
      expect((await visitor.get('/read')).text).to.equal('{"views":11}')
    })

    it('is called for a save of saveUninitialized', async () => {
      let calls = 0
      await site(() => void calls++, { saveUninitialized: true }).get('/read')
      expect(calls).to.equal(1)
    })

    it('is not called without a save, or if the session ends', async () => {
      let calls = 0
      const visitor = site(() => void calls++).visitor()
      await visitor.get('/read')
      await visitor.get('/leave')
      expect(calls).to.equal(0)
    })

    for (const [what, beforeSave] of Object.entries(failures('no'))) {
      it(`that ${what} makes the save fail: nothing is stored, and no cookie is sent`, async () => {
        const store = new TracingStore()
        const refusing = site(beforeSave, kind === 'a store' ? { store } : {})
        const res = await refusing.get()
        expect([res.status, lines(res), store.trace()]).to.deep.equal([500, [], []])
        expect(refusing.errors.map(err => err.message)).to.deep.equal(['no'])
      })

      it(`that ${what} makes an update fail, which is not stored`, async () => {
        let made = 0
        const store = new TracingStore()
        const refusing = new KoaSite({ ...(kind === 'a store' && { store }), beforeSave: beforeSave as BeforeSave }, ctx =>
          ctx.updateSession(() => void made++),
        )
        const res = await refusing.get()
        expect([res.status, lines(res), store.trace(), made]).to.deep.equal([500, [], [], 0])
        expect(refusing.errors.map(err => err.message)).to.deep.equal(['no'])
      })

      it(`that ${what} does not cause a call of onError`, async () => {
        const heard: unknown[] = []
        const refusing = site(beforeSave, { onError: err => void heard.push(err) })
        expect([(await refusing.get()).status, (await refusing.get('/saveSession')).status, heard]).to.deep.equal([500, 500, []])
      })
    }

    for (const reason of [undefined, null]) {
      it(`that fails with ${reason} makes the save fail too`, async () => {
        for (const beforeSave of [
          () => Promise.reject(reason as never),
          () => {
            throw reason
          },
        ]) {
          const refusing = site(beforeSave)
          const res = await refusing.get()
          expect([res.status, lines(res)]).to.deep.equal([500, []])
          expect(refusing.errors.map(err => err.message)).to.deep.equal(['beforeSave failed without a reason'])
        }
      })
    }
  })
}

describe('koa options: beforeSave, with rolling', () => {
  const visitorOf = (options: KoaSessionOptions): Visitor => {
    const beforeSave = (_: unknown, session: object): void =>
      void Object.assign(session, { saves: Number((session as Bag).saves ?? 0) + 1 })
    return new KoaSite({ rolling: true, maxAge: 60_000, beforeSave, ...options }, HANDLERS).visitor()
  }

  /** Each request of a client reads what the one before has stored. */
  const SAVING: Record<string, () => KoaSessionOptions> = {
    'the cookie': () => ({}),
    'a store of promises': () => ({ store: new Told() as never }),
    'a store of JSON strings': () => ({ store: new Strings() as never }),
    'a store of promises that is made for each request': () => {
      const store = new Told()
      return { store: () => store as never }
    },
  }

  for (const [kind, make] of Object.entries(SAVING)) {
    it(`is called for each request, and its change is saved, of sessions in ${kind}`, async () => {
      const visitor = visitorOf(make())
      await visitor.get()
      for (const saves of [1, 2, 3]) expect((await visitor.get('/read')).text).to.equal(`{"views":1,"saves":${saves}}`)
    })

    it(`is not called for requests that do not count as activity, of sessions in ${kind}`, async () => {
      const visitor = visitorOf({ ...make(), idleTimeout: 60_000, activity: () => false })
      await visitor.get()
      for (const saves of [1, 1]) expect((await visitor.get('/read')).text).to.equal(`{"views":1,"saves":${saves}}`)
    })
  }

  it('is not called where a store of express-session is touched', async () => {
    const store = new TracingStore()
    const visitor = visitorOf({ store })
    await visitor.get()
    store.trace()
    expect([(await visitor.get('/read')).text, store.trace()]).to.deep.equal(['{"views":1,"saves":1}', ['get', 'touch']])
  })
})

describe('koa options: beforeSave', () => {
  for (const beforeSave of ['a', 5, {}, true, null]) {
    it(`${JSON.stringify(beforeSave)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ beforeSave: beforeSave as never }, HANDLERS)).to.throw(TypeError, 'beforeSave option must be a function')
    })
  }
})
