import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, leave, show } from '../site'
import { Strings, Told } from '../told'

const HANDLERS = { '/': count, '/read': show, '/leave': leave }

for (const [kind, make] of Object.entries({ promises: () => new Told(), JSON: () => new Strings() })) {
  describe(`koa options: prefix, of a store of ${kind}`, () => {
    it('is added to the ID in the store, and not in the cookie', async () => {
      const store = make()
      const visitor = new KoaSite({ store: store as never, prefix: 'app:' }, HANDLERS).visitor()
      await visitor.get()
      const id = visitor.jar.value('koa.sid')
      expect(id).to.match(/^[\w-]{32}$/)
      expect(Array.from(store.records.keys())).to.deep.equal([`app:${id}`])
    })

    it('is also added for reads and when the session ends', async () => {
      const store = make()
      const visitor = new KoaSite({ store: store as never, prefix: 'app:' }, HANDLERS).visitor()
      await visitor.get()
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      await visitor.get('/leave')
      expect(store.records.size).to.equal(0)
    })

    it('keeps the sessions of two apps apart, in one store', async () => {
      const store = make()
      const visitor = new KoaSite({ store: store as never, prefix: 'one:' }, HANDLERS).visitor()
      await visitor.get()
      const other = new KoaSite({ store: store as never, prefix: 'other:' }, HANDLERS).visitor()
      expect((await Object.assign(other, { jar: visitor.jar }).get('/read')).text).to.equal('{}')
    })

    it('is empty by default', async () => {
      const store = make()
      const visitor = new KoaSite({ store: store as never }, HANDLERS).visitor()
      await visitor.get()
      expect(Array.from(store.records.keys())).to.deep.equal([visitor.jar.value('koa.sid')])
    })
  })
}

describe('koa options: prefix', () => {
  it('is refused for stores of express-session, which have their own', async () => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store, prefix: 'app:' }, HANDLERS).visitor()
    await visitor.get()
    expect(Object.keys(store.sessions)).to.deep.equal([visitor.jar.value('koa.sid')])
  })

  for (const prefix of [5, null, {}]) {
    it(`${JSON.stringify(prefix)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ prefix: prefix as never }, HANDLERS)).to.throw(TypeError, 'prefix option must be a string')
    })
  }
})
