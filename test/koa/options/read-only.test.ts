import { expect } from 'chai'
import { MemoryStore } from '../../../lib'
import { count, KoaSite, lines, show, type Bag, type Ctx, type KoaSessionOptions } from '../site'
import { Told } from '../told'

const HANDLERS = {
  '/': count,
  '/read': show,
  '/poll/maxAge': (ctx: Ctx) => ((ctx.session as Bag).maxAge = 5000),
  '/poll/forced': (ctx: Ctx) => (ctx.sessionSave = true),
  '/poll/save': (ctx: Ctx) =>
    ctx.saveSession().catch((err: Error & { code: string }) => {
      ctx.body = err.code
    }),
}

const STORES: Record<string, () => KoaSessionOptions> = {
  'in a store': () => ({ store: new MemoryStore() }),
  'in a store of promises': () => ({ store: new Told() as never }),
  'in the cookie': () => ({}),
}

describe('koa options: readOnly', () => {
  for (const [what, options] of Object.entries(STORES)) {
    for (const path of ['/poll/maxAge', '/poll/forced']) {
      it(`drops what would save the session at the end, and fails no response: ${path}, ${what}`, async () => {
        const site = new KoaSite({ ...options(), readOnly: ctx => ctx.path.startsWith('/poll') }, HANDLERS)
        const visitor = site.visitor()
        await visitor.get()
        const res = await visitor.get(path)
        expect([res.status, lines(res), site.errors]).to.deep.equal([404, [], []])
        expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      })
    }

    it(`refuses a save of the app, ${what}`, async () => {
      const visitor = new KoaSite({ ...options(), readOnly: ctx => ctx.path.startsWith('/poll') }, HANDLERS).visitor()
      await visitor.get()
      expect((await visitor.get('/poll/save')).text).to.equal('ERR_SESSION_READ_ONLY')
    })
  }
})
