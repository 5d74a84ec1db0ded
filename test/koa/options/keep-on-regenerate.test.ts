import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, lines, onRequest, show, type Handler, type KoaSessionOptions } from '../site'

const HANDLERS: Record<string, Handler> = {
  '/': count,
  '/read': show,
  '/session': ctx => ctx.session?.regenerate(),
  '/context': ctx => ctx.regenerateSession(),
  '/callback': ctx => new Promise<void>(resolve => (ctx.session as never as { regenerate(done: () => void): void }).regenerate(resolve)),
  '/keep': ctx => ctx.session?.regenerate({ keep: true }),
  '/drop': ctx => ctx.session?.regenerate({ keep: false }),
  '/remember': ctx => void Object.assign(ctx.session as object, { views: 1, maxAge: 60_000 }),
  '/age': ctx => (ctx.body = String(onRequest(ctx).cookie.originalMaxAge)),
}

/** The remaining part of `{ views: 1 }`, and whether the ID has changed. */
async function left(keepOnRegenerate: boolean | undefined, path: string): Promise<[text: string, isOther: boolean]> {
  const options: KoaSessionOptions = { store: new TracingStore(), keepOnRegenerate }
  const visitor = new KoaSite(options, HANDLERS).visitor()
  await visitor.get()
  const before = visitor.jar.value('koa.sid')
  await visitor.get(path)
  return [(await visitor.get('/read')).text, visitor.jar.value('koa.sid') !== before]
}

describe('koa options: keepOnRegenerate', () => {
  for (const path of ['/session', '/context', '/callback']) {
    it(`true keeps the data by default, on ${path}`, async () => {
      expect(await left(true, path)).to.deep.equal(['{"views":1}', true])
    })

    for (const value of [false, undefined]) {
      it(`${value} drops the data by default, on ${path}`, async () => {
        expect(await left(value, path)).to.deep.equal(['{}', true])
      })
    }
  }

  it('has no effect if the app sets keep', async () => {
    expect([await left(false, '/keep'), await left(true, '/drop')]).to.deep.equal([
      ['{"views":1}', true],
      ['{}', true],
    ])
  })

  it('true keeps the lifetime of this session', async () => {
    const visitor = new KoaSite({ store: new TracingStore(), keepOnRegenerate: true }, HANDLERS).visitor()
    await visitor.get('/remember')
    expect(lines(await visitor.get('/session'))[0]).to.contain('expires=')
    expect((await visitor.get('/age')).text).to.equal('60000')
  })

  it('false resets the lifetime to that of new sessions', async () => {
    const site = new KoaSite(
      { store: new TracingStore() },
      { ...HANDLERS, '/login': async ctx => (await ctx.session?.regenerate(), count(ctx)) },
    )
    const visitor = site.visitor()
    await visitor.get('/remember')
    expect(lines(await visitor.get('/login'))[0]).to.not.contain('expires=')
    expect((await visitor.get('/age')).text).to.equal('null')
  })
})
