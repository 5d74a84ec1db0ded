import { expect } from 'chai'
import { failures, PLACES } from '../kinds'
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

    it('is given the context and the live session', async () => {
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

    it('that is async is waited for', async () => {
      const visitor = site(async (_ctx: Ctx, session: Bag) => {
        await new Promise(setImmediate)
        session.saved = true
      }).visitor()
      await visitor.get()
      expect((await visitor.get('/read')).text).to.equal('{"views":1,"saved":true}')
    })

    for (const path of ['/save', '/saveSession', '/update']) {
      it(`is told of what the app asks for, on ${path}, once`, async () => {
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

    it('is told of what saveUninitialized saves', async () => {
      let calls = 0
      await site(() => void calls++, { saveUninitialized: true }).get('/read')
      expect(calls).to.equal(1)
    })

    it('is told of nothing where nothing is saved, or the session ends', async () => {
      let calls = 0
      const visitor = site(() => void calls++).visitor()
      await visitor.get('/read')
      await visitor.get('/leave')
      expect(calls).to.equal(0)
    })

    for (const [what, beforeSave] of Object.entries(failures('no'))) {
      it(`that ${what} is what the save fails with: nothing is stored, and no cookie sent`, async () => {
        const store = new TracingStore()
        const refusing = site(beforeSave, kind === 'a store' ? { store } : {})
        const res = await refusing.get()
        expect([res.status, lines(res), store.trace()]).to.deep.equal([500, [], []])
        expect(refusing.errors.map(err => err.message)).to.deep.equal(['no'])
      })

      it(`that ${what} is what an update fails with, which is not made`, async () => {
        let made = 0
        const store = new TracingStore()
        const refusing = new KoaSite({ ...(kind === 'a store' && { store }), beforeSave: beforeSave as BeforeSave }, ctx =>
          ctx.updateSession(() => void made++),
        )
        const res = await refusing.get()
        expect([res.status, lines(res), store.trace(), made]).to.deep.equal([500, [], [], 0])
        expect(refusing.errors.map(err => err.message)).to.deep.equal(['no'])
      })

      it(`${what} is no fault of the store’s: onError does not hear of it`, async () => {
        const heard: unknown[] = []
        const refusing = site(beforeSave, { onError: err => void heard.push(err) })
        expect([(await refusing.get()).status, (await refusing.get('/saveSession')).status, heard]).to.deep.equal([500, 500, []])
      })
    }

    for (const reason of [undefined, null]) {
      it(`that fails for ${reason} has failed all the same`, async () => {
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

describe('koa options: beforeSave', () => {
  for (const beforeSave of ['a', 5, {}, true, null]) {
    it(`${JSON.stringify(beforeSave)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ beforeSave: beforeSave as never }, HANDLERS)).to.throw(TypeError, 'beforeSave option must be a function')
    })
  }
})
