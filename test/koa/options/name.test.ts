import { expect } from 'chai'
import { MemoryStore } from '../../../lib'
import { count, KoaSite, leave, lines, show } from '../site'

const HANDLERS = { '/': count, '/read': show, '/leave': leave }

describe('koa options: name', () => {
  it('is koa.sess where sessions are kept in the cookie', async () => {
    const visitor = new KoaSite({}, HANDLERS).visitor()
    await visitor.get()
    expect(visitor.jar.names).to.deep.equal(['koa.sess', 'koa.sess.sig'])
  })

  it('is koa.sid where they are in a store', async () => {
    const visitor = new KoaSite({ store: new MemoryStore() }, HANDLERS).visitor()
    await visitor.get()
    expect(visitor.jar.names).to.deep.equal(['koa.sid', 'koa.sid.sig'])
  })

  for (const name of ['sess', 'koa:sess', 'a b']) {
    it(`"${name}" is what is set, read and cleared`, async () => {
      const visitor = new KoaSite({ name }, HANDLERS).visitor()
      await visitor.get()
      expect(visitor.jar.value(name)).to.be.a('string')
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      const cleared = lines(await visitor.get('/leave'))
      expect(cleared.map(line => line.split('=')[0])).to.deep.equal([name, `${name}.sig`])
      expect(visitor.jar.names).to.deep.equal([])
    })
  }

  it('leaves cookies of other names alone', async () => {
    const visitor = new KoaSite({ name: 'one' }, HANDLERS).visitor()
    const other = new KoaSite({ name: 'other' }, HANDLERS).visitor()
    await visitor.get()
    expect((await Object.assign(other, { jar: visitor.jar }).get('/read')).text).to.equal('{}')
  })

  for (const name of ['', 'a;b', 'a=b', '漢', 'a\n', 5, null]) {
    it(`${JSON.stringify(name)} is none, which is said when the app starts`, () => {
      expect(() => new KoaSite({ name: name as string }, HANDLERS)).to.throw(TypeError, 'name option must be a name for a cookie')
    })
  }
})
