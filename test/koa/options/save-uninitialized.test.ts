import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { KoaSite, lines, show, type Handler } from '../site'

const HANDLERS: Record<string, Handler> = { '/': ctx => void (ctx.body = 'nothing'), '/read': show }
const names = (set: string[]): string[] => set.map(line => line.split('=')[0] as string)

for (const path of ['/', '/read']) {
  describe(`koa options: saveUninitialized, of a session that a handler ${path === '/' ? 'leaves alone' : 'reads'}`, () => {
    it('true stores it, once', async () => {
      const store = new TracingStore()
      const visitor = new KoaSite({ store, saveUninitialized: true }, HANDLERS).visitor()
      expect(names(lines(await visitor.get(path)))).to.deep.equal(['koa.sid', 'koa.sid.sig'])
      expect(store.trace()).to.deep.equal(['set'])
      expect(lines(await visitor.get(path))).to.deep.equal([])
      expect(store.trace()).to.deep.equal(['get'])
      expect(await store.count()).to.equal(1)
    })

    it('true keeps it in the cookie, once', async () => {
      const visitor = new KoaSite({ saveUninitialized: true }, HANDLERS).visitor()
      expect(names(lines(await visitor.get(path)))).to.deep.equal(['koa.sess', 'koa.sess.sig'])
      expect(lines(await visitor.get(path))).to.deep.equal([])
    })

    it('false stores nothing, and sends nothing', async () => {
      const store = new TracingStore()
      expect(lines(await new KoaSite({ store, saveUninitialized: false }, HANDLERS).get(path))).to.deep.equal([])
      expect(lines(await new KoaSite({ saveUninitialized: false }, HANDLERS).get(path))).to.deep.equal([])
      expect(store.trace()).to.deep.equal([])
    })
  })
}
