import { expect } from 'chai'
import { PLACES } from '../kinds'
import { TracingStore } from '../../support/tracing-store'
import { count, countThere, KoaSite, leave, lines, show, type Bag, type Ctx, type Handler } from '../site'

interface Committing extends Bag {
  manuallyCommit(): Promise<void>
}

const after =
  (handler: Handler, commit: (ctx: Ctx) => unknown): Handler =>
  async ctx => {
    await handler(ctx)
    await commit(ctx)
  }

const saveSession = (ctx: Ctx): unknown => ctx.saveSession()

const HANDLERS: Record<string, Handler> = {
  '/': count,
  '/read': show,
  '/leave': leave,
  '/saved': after(count, saveSession),
  '/left': after(leave, saveSession),
  '/session-saved': after(count, ctx => ctx.session?.save()),
  '/updated': countThere,
  '/committed': after(count, ctx => (ctx.session as Committing).manuallyCommit()),
  '/said': after(count, ctx => (ctx.sessionSave = true)),
  '/longer': ctx => ((ctx.session as Bag).maxAge = 60_000),
}

for (const [kind, make] of Object.entries(PLACES)) {
  describe(`koa options: autoCommit, of sessions in ${kind}`, () => {
    const site = (autoCommit?: boolean): KoaSite => new KoaSite({ ...make(), name: 'sess', autoCommit }, HANDLERS)

    for (const autoCommit of [true, undefined]) {
      it(`${autoCommit} saves a changed session at the end of a request`, async () => {
        const visitor = site(autoCommit).visitor()
        await visitor.get()
        expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      })
    }

    for (const path of ['/', '/longer']) {
      it(`false does not save it, on ${path}`, async () => {
        const visitor = site(false).visitor()
        expect(lines(await visitor.get(path))).to.deep.equal([])
        expect((await visitor.get('/read')).text).to.equal('{}')
      })
    }

    for (const path of ['/saved', '/session-saved', '/updated', '/committed', '/said']) {
      it(`false saves if the app asks for it, on ${path}`, async () => {
        const visitor = site(false).visitor()
        expect(lines(await visitor.get(path)).length).to.equal(2)
        expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      })
    }

    it('false does not end a session that is set to null', async () => {
      const visitor = site(false).visitor()
      await visitor.get('/saved')
      expect(lines(await visitor.get('/leave'))).to.deep.equal([])
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    })

    it('false ends it with saveSession', async () => {
      const visitor = site(false).visitor()
      await visitor.get('/saved')
      expect(lines(await visitor.get('/left')).length).to.equal(2)
      expect(visitor.jar.names).to.deep.equal([])
      expect((await visitor.get('/read')).text).to.equal('{}')
    })
  })
}

describe('koa options: autoCommit: false with a store', () => {
  const calls = async (path: string): Promise<string[]> => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store, autoCommit: false }, HANDLERS).visitor()
    await visitor.get('/saved')
    store.trace()
    await visitor.get(path)
    return store.trace()
  }

  it('reads the session', async () => expect(await calls('/read')).to.deep.equal(['get']))
  it('makes no other store call for a change', async () => expect(await calls('/')).to.deep.equal(['get']))
  it('makes no other store call for null', async () => expect(await calls('/leave')).to.deep.equal(['get']))
  it('saves once for saveSession', async () => expect(await calls('/saved')).to.deep.equal(['get', 'set']))
  it('destroys once for saveSession after null', async () => expect(await calls('/left')).to.deep.equal(['get', 'destroy']))
  it('saves once for sessionSave = true', async () => expect(await calls('/said')).to.deep.equal(['get', 'set']))
  it('saves once for manuallyCommit', async () => expect(await calls('/committed')).to.deep.equal(['get', 'set']))
})
