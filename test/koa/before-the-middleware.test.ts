import { expect } from 'chai'
import { useUncaught } from '../support/uncaught'
import { turns } from '../support/wire'
import { count, KoaSite, show, type Bag, type Handler, type Middleware } from './site'

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show }

describe('koa: sessions in the cookie, before the middleware', () => {
  const uncaught = useUncaught()

  const early: Middleware = (ctx, next) => {
    ;(ctx.session as Bag).early = true
    return next()
  }

  it('exist if the middleware knows the app, and keep changes', async () => {
    const visitor = new KoaSite({}, HANDLERS, { before: [early], knowsApp: true }).visitor()
    await visitor.get()
    expect((await visitor.get('/read')).text).to.equal('{"early":true,"views":1}')
  })

  it('do not exist if it does not know the app', async () => {
    const found: unknown[] = []
    const before: Middleware[] = [(ctx, next) => (found.push(ctx.session), next())]
    const site = new KoaSite({}, HANDLERS, { before })
    await site.get('/read')
    await site.get('/read')
    expect(found).to.deep.equal([undefined, undefined])
  })

  it('for which valid throws are an error of the request, and not of the process', async () => {
    let isReady = true
    const valid = (): boolean => {
      if (!isReady) throw new Error('no')
      return true
    }
    const site = new KoaSite({ valid }, HANDLERS, { before: [(ctx, next) => [void ctx.session, next()][1]], knowsApp: true })
    const visitor = site.visitor()
    await visitor.get()
    isReady = false
    expect((await visitor.get('/read')).status).to.equal(500)
    await turns()
    expect([uncaught, site.errors.map(err => err.message)]).to.deep.equal([[], ['no']])
  })

  it('can be replaced by a test: the accessors are configurable', async () => {
    const site = new KoaSite({}, HANDLERS, { knowsApp: true })
    Object.defineProperty(site.app.context, 'session', { value: { user: 'mocked' } })
    expect((await site.get('/read')).text).to.equal('{"user":"mocked"}')
  })
})
