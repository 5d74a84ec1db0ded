import { expect } from 'chai'
import { PLACES } from '../kinds'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, lines, show, type Handler } from '../site'

const nothing: Handler = ctx => void (ctx.body = 'nothing')

const HANDLERS = { '/': count, '/read': show, '/nothing': nothing, '/empty': (ctx => void (ctx.session = {} as never)) as Handler }

for (const [kind, make] of Object.entries(PLACES)) {
  describe(`koa options: saveUninitialized, of sessions in ${kind}`, () => {
    const site = (saveUninitialized?: boolean): KoaSite => new KoaSite({ ...make(), name: 'sess', saveUninitialized }, HANDLERS)

    for (const path of ['/read', '/nothing', '/empty']) {
      it(`true saves a session that nobody put anything into, on ${path}`, async () => {
        const visitor = site(true).visitor()
        expect(lines(await visitor.get(path)).length).to.equal(2)
        expect(lines(await visitor.get(path === '/empty' ? '/read' : path))).to.deep.equal([])
      })

      for (const value of [false, undefined]) {
        it(`${value} does not, on ${path}`, async () => {
          expect(lines(await site(value).get(path))).to.deep.equal([])
        })
      }
    }

    it('true saves one with something in it once', async () => {
      const visitor = site(true).visitor()
      await visitor.get()
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    })

    it('under its older spelling allowEmpty, does the same', async () => {
      expect(lines(await new KoaSite({ ...make(), allowEmpty: true }, HANDLERS).get('/read')).length).to.equal(2)
    })
  })
}

describe('koa options: saveUninitialized, and the store', () => {
  it('true stores it under the id that is sent', async () => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store, saveUninitialized: true }, HANDLERS).visitor()
    await visitor.get('/nothing')
    expect(store.trace()).to.deep.equal(['set'])
    expect(Object.keys(store.sessions)).to.deep.equal([visitor.jar.value('koa.sid')])
  })

  it('false stores nothing', async () => {
    const store = new TracingStore()
    await new KoaSite({ store, saveUninitialized: false }, HANDLERS).get('/nothing')
    expect(store.trace()).to.deep.equal([])
  })

  it('true does not save what is ended', async () => {
    const store = new TracingStore()
    const site = new KoaSite({ store, saveUninitialized: true }, ctx => void (ctx.session = null))
    await site.get()
    expect(store.trace()).to.deep.equal([])
  })
})
