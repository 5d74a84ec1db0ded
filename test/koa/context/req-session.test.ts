import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, show, type Handler } from '../site'

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

  it('set to null, or to an object, is ctx.session set so', async () => {
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

  it('set to what is none is a TypeError', async () => {
    const site = new KoaSite({}, ctx => void ((ctx.req as unknown as { session: unknown }).session = 'alice'))
    expect((await site.get()).status).to.equal(500)
    expect(site.errors.map(err => err.name)).to.deep.equal(['TypeError'])
  })

  it('has its id and its store beside it, as express-session has', async () => {
    const store = new TracingStore()
    let found: unknown[] = []
    const look: Handler = ctx => {
      const { sessionID, sessionStore } = ctx.req as unknown as { sessionID: string; sessionStore: unknown }
      found = [sessionID === ctx.sessionId, sessionStore === store]
    }
    await new KoaSite({ store }, look).get()
    expect(found).to.deep.equal([true, true])
  })

  it('is none where the session is for other paths', async () => {
    let found: unknown = 'not looked'
    await new KoaSite({ path: '/app' }, ctx => void (found = (ctx.req as unknown as { session: unknown }).session)).get('/other')
    expect(found).to.equal(undefined)
  })
})
