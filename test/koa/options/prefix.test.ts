import { expect } from 'chai'
import { JsonStore, PromiseStore, type TracedStore } from '../lineages/traced-stores'
import { count, KoaSite, leave, show, type Handler } from '../site'

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/leave': leave }

/** Ids as the store was asked for them in each call, and what the visitor has. */
async function asked(store: TracedStore, options: object): Promise<[ids: string[], id: string | undefined]> {
  const visitor = new KoaSite({ store: store as never, ...options }, HANDLERS).visitor()
  await visitor.get()
  const id = visitor.jar.value('koa.sid')
  expect((await visitor.get('/read')).text).to.equal('{"views":1}')
  await visitor.get('/leave')
  expect(store.calls.map(({ call }) => call)).to.deep.equal(['set', 'get', 'get', 'destroy'])
  expect(store.records.size).to.equal(0)
  return [store.calls.map(call => call.id), id]
}

for (const Store of [PromiseStore, JsonStore]) {
  describe(`koa options: prefix, of a ${Store.name}`, () => {
    it('stands before the id wherever the store is asked, and not in the cookie', async () => {
      const [ids, id] = await asked(new Store(), { prefix: 'mine:' })
      expect(ids).to.deep.equal(Array(4).fill(`mine:${id}`))
      expect(id).to.match(/^[\w-]{32}$/)
    })

    it('is none where none is given', async () => {
      const [ids, id] = await asked(new Store(), {})
      expect(ids).to.deep.equal(Array(4).fill(id))
    })

    it('keeps two apps apart that share the store', async () => {
      const store = new Store()
      const [one, other] = ['one:', 'other:'].map(prefix => new KoaSite({ store: store as never, prefix }, HANDLERS).visitor())
      await one?.get()
      other?.jar.take([`koa.sid=${one?.jar.value('koa.sid')}; path=/`, `koa.sid.sig=${one?.jar.value('koa.sid.sig')}; path=/`], '/')
      expect((await other?.get('/read'))?.text).to.equal('{}')
      expect((await one?.get('/read'))?.text).to.equal('{"views":1}')
    })
  })
}
