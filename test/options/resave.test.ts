import { expect } from 'chai'
import { deprecations } from '../support/deprecations'
import { count, data, routes, show } from '../support/handlers'
import { Site } from '../support/site'
import { session } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

describe('options: resave', () => {
  const second = async (resave: boolean | undefined, path: string): Promise<string[]> => {
    const store = new TracingStore()
    const visitor = new Site(
      { resave, store },
      routes({ '/': count, '/read': show, '/same': (req, res) => res.end(String((data(req).views = 1))) }),
    ).visitor()
    await visitor.get('/')
    store.trace()
    await visitor.get(path)
    return store.trace()
  }

  it('false saves only a changed session', async () => {
    expect(await second(false, '/')).to.deep.equal(['get', 'set'])
    expect(await second(false, '/read')).to.deep.equal(['get', 'touch'])
  })

  it('false does not save a key that is set to its old value', async () => {
    expect(await second(false, '/same')).to.deep.equal(['get', 'touch'])
  })

  it('true saves on every request', async () => {
    expect(await second(true, '/read')).to.deep.equal(['get', 'set'])
  })

  it('is true if it is missing, which is deprecated', async () => {
    expect(await second(undefined, '/read')).to.deep.equal(['get', 'set'])
    expect(deprecations(() => session({ secret: 'x', saveUninitialized: false }))).to.deep.equal([
      'undefined resave option; provide resave option',
    ])
  })

  it('causes no deprecation warning if it is set', () => {
    expect(deprecations(() => session({ secret: 'x', resave: false, saveUninitialized: false }))).to.deep.equal([])
  })

  it('true does not save again if the handler has saved', async () => {
    const store = new TracingStore()
    const visitor = new Site(
      { resave: true, store },
      routes({ '/': count, '/save': (req, res) => req.session.save(() => res.end()) }),
    ).visitor()
    await visitor.get('/')
    store.trace()
    await visitor.get('/save')
    expect(store.trace()).to.deep.equal(['get', 'set', 'touch'])
  })

  it('detects changes of nested objects', async () => {
    const store = new TracingStore()
    const visitor = new Site({ store }, (req, res) => {
      const cart = (data(req).cart ??= { items: [] }) as { items: string[] }
      cart.items.push('apple')
      res.end(String(cart.items.length))
    }).visitor()
    await visitor.get()
    store.trace()
    expect((await visitor.get()).text).to.equal('2')
    expect(store.trace()).to.deep.equal(['get', 'set'])
  })

  it('detects a change between two values with the same CRC-32', async () => {
    const store = new TracingStore()
    const visitor = new Site({ store }, (req, res) => {
      data(req).v = data(req).v === '4157e836ac1263c0' ? 'd83cff42c910269e' : '4157e836ac1263c0'
      res.end()
    }).visitor()
    await visitor.get()
    store.trace()
    await visitor.get()
    expect(store.trace()).to.deep.equal(['get', 'set'])
  })
})
