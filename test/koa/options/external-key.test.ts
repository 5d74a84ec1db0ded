import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, leave, show, type Bag, type Ctx, type Handler } from '../site'

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/leave': leave }

describe('koa options: externalKey and sessionIdStore, older spellings of transport', () => {
  const header = (ctx: Ctx): string => String((ctx as unknown as { get(name: string): string }).get('x-session'))

  it('externalKey { get(ctx), set(ctx, id) } is the transport of koa-session', async () => {
    const externalKey = {
      get: (ctx: never) => header(ctx),
      set: (ctx: unknown, id: string) => (ctx as Ctx).set('x-session', id),
    }
    const site = new KoaSite({ store: new TracingStore(), externalKey }, HANDLERS)
    const id = (await site.get()).headers['x-session'] as string
    expect((await site.get('/read').set('X-Session', id)).text).to.equal('{"views":1}')
    expect((await site.get('/leave').set('X-Session', id)).text).to.equal('left')
    expect((await site.get('/read').set('X-Session', id)).text).to.equal('{}')
  })

  it('sessionIdStore { get, set(id, session), reset }, called on the context, is that of koa-generic-session', async () => {
    const calls: unknown[][] = []
    const sessionIdStore = {
      get(this: unknown) {
        return header(this as Ctx)
      },
      set(this: unknown, id: string, session: unknown) {
        calls.push(['set', (session as Bag).views])
        ;(this as Ctx).set('x-session', id)
      },
      reset(this: unknown) {
        calls.push(['reset', (this as Ctx).path])
      },
    }
    const site = new KoaSite({ store: new TracingStore(), sessionIdStore }, HANDLERS)
    const id = (await site.get()).headers['x-session'] as string
    expect((await site.get('/read').set('X-Session', id)).text).to.equal('{"views":1}')
    await site.get('/leave').set('X-Session', id)
    expect(calls).to.deep.equal([
      ['set', 1],
      ['reset', '/leave'],
    ])
  })

  const REFUSED: [options: object, message: string][] = [
    [{ externalKey: {} }, 'externalKey option must have get, set'],
    [{ externalKey: { get: () => '' } }, 'externalKey option must have get, set'],
    [{ externalKey: 'x-session' }, 'externalKey option must have get, set'],
    [{ sessionIdStore: {} }, 'sessionIdStore option must have get, set, reset'],
    [{ sessionIdStore: { get: () => '', set: () => {} } }, 'sessionIdStore option must have get, set, reset'],
  ]
  for (const [options, message] of REFUSED) {
    it(`${JSON.stringify(options)} is refused when the app starts`, () => {
      expect(() => new KoaSite(options, HANDLERS)).to.throw(TypeError, message)
    })
  }
})
