import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, type Bag, type KoaSessionOptions } from '../site'

describe('koa options: idPrefix', () => {
  const idOf = async (options: KoaSessionOptions): Promise<[string, string | undefined]> => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store, ...options }, ctx => ((ctx.session as Bag).a = 1)).visitor()
    await visitor.get()
    expect(Object.keys(store.sessions)).to.deep.equal([visitor.jar.value('koa.sid')])
    return [visitor.jar.value('koa.sid') as string, Object.keys(store.sessions)[0]]
  }

  it('is the start of each ID, in the cookie and in the store', async () => {
    for (const id of await idOf({ idPrefix: 'app:' })) expect(id).to.match(/^app:[\w-]{32}$/)
  })

  it('is empty by default', async () => {
    for (const id of await idOf({})) expect(id).to.match(/^[\w-]{32}$/)
  })

  it('is not added to IDs that genid makes', async () => {
    expect(await idOf({ idPrefix: 'app:', genid: () => 'apple' })).to.deep.equal(['apple', 'apple'])
  })

  for (const idPrefix of [5, null, {}]) {
    it(`${JSON.stringify(idPrefix)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ idPrefix: idPrefix as never }, count)).to.throw(TypeError, 'idPrefix option must be a string')
    })
  }
})
