import { expect } from 'chai'
import { useClock } from '../../support/clock'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, lines, show, type KoaSessionOptions, type Visitor } from '../site'
import { Told } from '../told'

const MINUTE = 60_000
const HANDLERS = { '/': count, '/read': show }

describe('koa options: touchAfter', () => {
  const clock = useClock()

  const known = async (options: KoaSessionOptions, store: { trace(): string[] }): Promise<Visitor> => {
    const visitor = new KoaSite({ store: store as never, rolling: true, maxAge: 10 * MINUTE, ...options }, HANDLERS).visitor()
    await visitor.get()
    store.trace()
    return visitor
  }

  for (const [Store, move] of [
    [TracingStore, 'touch'],
    [Told, 'set'],
  ] as const) {
    it(`spares a rolling session each ${move} that comes sooner, and a save counts`, async () => {
      const store = new Store()
      const visitor = await known({ touchAfter: MINUTE }, store)
      clock.turn(MINUTE - 1)
      await visitor.get('/read')
      expect(store.trace()).to.deep.equal(['get'])
      clock.turn(1)
      await visitor.get('/read')
      await visitor.get('/read')
      expect(store.trace()).to.deep.equal(['get', move, 'get'])
    })
  }

  it('says nothing of changes', async () => {
    const store = new TracingStore()
    const visitor = await known({ touchAfter: MINUTE }, store)
    await visitor.get()
    expect(store.trace()).to.deep.equal(['get', 'set'])
  })

  it('still sends the rolling cookie', async () => {
    const visitor = await known({ touchAfter: MINUTE }, new TracingStore())
    expect(lines(await visitor.get('/read')).length).to.equal(2)
  })

  for (const touchAfter of [0, undefined]) {
    it(`${touchAfter} spares nothing`, async () => {
      const store = new TracingStore()
      const visitor = await known({ touchAfter }, store)
      await visitor.get('/read')
      await visitor.get('/read')
      expect(store.trace()).to.deep.equal(['get', 'touch', 'get', 'touch'])
    })
  }

  it('means nothing where the session is in the cookie: each answer brings one that lives on', async () => {
    const visitor = new KoaSite({ rolling: true, maxAge: 10 * MINUTE, touchAfter: MINUTE }, HANDLERS).visitor()
    await visitor.get()
    const Cookie = visitor.jar.header('/')
    const end = async (): Promise<unknown> => {
      visitor.jar.take(lines(await visitor.get('/read', { Cookie })), '/')
      const text = Buffer.from(visitor.jar.value('koa.sess') as string, 'base64').toString()
      return (JSON.parse(text) as { _expire: unknown })._expire
    }
    await end()
    clock.turn(1_000)
    expect(await end()).to.equal(clock.now() + 10 * MINUTE)
  })

  for (const touchAfter of [-1, NaN, Infinity, '60', null]) {
    it(`${String(touchAfter)} is refused when the app starts, whatever the store`, () => {
      for (const store of [new TracingStore(), new Told(), 'cookie'] as never[]) {
        expect(() => new KoaSite({ store, touchAfter: touchAfter as never }, HANDLERS)).to.throw(
          TypeError,
          'touchAfter option must be a number of milliseconds',
        )
      }
    })
  }
})
