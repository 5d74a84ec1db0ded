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

  it('false saves only what changed', async () => {
    expect(await second(false, '/')).to.deep.equal(['get', 'set'])
    expect(await second(false, '/read')).to.deep.equal(['get', 'touch'])
  })

  it('false does not save what was set to what it was', async () => {
    expect(await second(false, '/same')).to.deep.equal(['get', 'touch'])
  })

  it('true saves every time', async () => {
    expect(await second(true, '/read')).to.deep.equal(['get', 'set'])
  })

  it('is true where nothing is said, which is deprecated', async () => {
    expect(await second(undefined, '/read')).to.deep.equal(['get', 'set'])
    expect(deprecations(() => session({ secret: 'x', saveUninitialized: false }))).to.deep.equal([
      'undefined resave option; provide resave option',
    ])
  })

  it('is told nothing of when it is said', () => {
    expect(deprecations(() => session({ secret: 'x', resave: false, saveUninitialized: false }))).to.deep.equal([])
  })

  it('true does not save twice what the handler saved', async () => {
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

  it('sees changes deep inside', async () => {
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

  it('sees every change: two texts of one CRC-32 are two', async () => {
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
