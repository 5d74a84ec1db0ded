import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, onRequest, show, type Bag, type Handler } from '../site'

describe('koa context: req.session', () => {
  it('is ctx.session, with the names of express-session', async () => {
    const login: Handler = ctx =>
      new Promise<void>((resolve, reject) => {
        interface Callable {
          user?: string
          regenerate(done: (err?: unknown) => void): void
          save(done: (err?: unknown) => void): void
        }
        const req = ctx.req as unknown as { session: Callable }
        req.session.regenerate(err => {
          if (err) return reject(err as Error)
          req.session.user = 'alice'
          ctx.body = String((ctx.session as { user?: string }).user === 'alice')
          req.session.save(err => (err ? reject(err as Error) : resolve()))
        })
      })
    const visitor = new KoaSite({ store: new TracingStore() }, { '/': count, '/login': login, '/read': show }).visitor()
    await visitor.get()
    expect((await visitor.get('/login')).text).to.equal('true')
    expect((await visitor.get('/read')).text).to.equal('{"user":"alice"}')
  })

  it('has the members of express-session, which hide data of the same names; ctx.session has that data', async () => {
    const NAMES = ['id', 'cookie', 'save', 'touch', 'reload', 'destroy', 'regenerate', 'resetMaxAge'] as const
    const look: Handler = ctx => {
      for (const name of NAMES) (ctx.session as Bag)[name === 'save' || name === 'regenerate' ? 'a' : name] = 'mine'
      const req = onRequest(ctx)
      const kinds = NAMES.map(name => typeof req[name])
      ctx.body = {
        kinds,
        isId: req.id === ctx.sessionId,
        isReq: req.req === ctx.req,
        has: NAMES.every(name => name in req),
        mine: (ctx.session as Bag).id,
      }
    }
    const { body } = await new KoaSite({ store: new TracingStore() }, look).get()
    const kinds = ['string', 'object', ...Array.from({ length: 6 }, () => 'function')]
    expect(body).to.deep.equal({ kinds, isId: true, isReq: true, has: true, mine: 'mine' })
  })

  it('is the same object each time, has chainable methods, and may be assigned again', async () => {
    const look: Handler = ctx => {
      const req = onRequest(ctx)
      const isSame = req === onRequest(ctx) && req.touch() === req && req.save(() => {}) === req
      const before = ctx.session
      Object.assign(ctx.req, { session: req })
      ctx.body = [isSame, ctx.session === before]
    }
    expect((await new KoaSite({ store: new TracingStore() }, look).get()).body).to.deep.equal([true, true])
  })

  it('set to null, or to an object, sets ctx.session', async () => {
    const set =
      (value: unknown): Handler =>
      ctx => {
        ;(ctx.req as unknown as { session: unknown }).session = value
        ctx.body = JSON.stringify(ctx.session)
      }
    const site = new KoaSite({ store: new TracingStore() }, { '/': count, '/read': show, '/end': set(null), '/set': set({ a: 1 }) })
    const visitor = site.visitor()
    await visitor.get()
    expect([(await visitor.get('/set')).text, (await visitor.get('/read')).text]).to.deep.equal(['{"a":1}', '{"a":1}'])
    expect([(await visitor.get('/end')).text, visitor.jar.names]).to.deep.equal(['null', []])
  })

  it('set to another value is a TypeError', async () => {
    const site = new KoaSite({}, ctx => void ((ctx.req as unknown as { session: unknown }).session = 'alice'))
    expect((await site.get()).status).to.equal(500)
    expect(site.errors.map(err => err.name)).to.deep.equal(['TypeError'])
  })

  it('has req.sessionID and req.sessionStore, as in express-session', async () => {
    const store = new TracingStore()
    let found: unknown[] = []
    const look: Handler = ctx => {
      const { sessionID, sessionStore } = ctx.req as unknown as { sessionID: string; sessionStore: unknown }
      found = [sessionID === ctx.sessionId, sessionStore === store]
    }
    await new KoaSite({ store }, look).get()
    expect(found).to.deep.equal([true, true])
  })

  it('is undefined on other paths than those of the session', async () => {
    let found: unknown = 'not looked'
    await new KoaSite({ path: '/app' }, ctx => void (found = (ctx.req as unknown as { session: unknown }).session)).get('/other')
    expect(found).to.equal(undefined)
  })
})
