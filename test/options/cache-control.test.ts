import { expect } from 'chai'
import { count, data, routes, show } from '../support/handlers'
import { onEachHost, onEachStorage } from '../support/hosts'
import { siteOn, type Handler } from '../support/site'
import { TracingStore } from '../support/tracing-store'

const HANDLERS: Record<string, Handler> = {
  '/': count,
  '/read': show,
  '/public': (req, res) => {
    data(req).n = 1
    res.setHeader('Cache-Control', 'public, max-age=60')
    res.end('public')
  },
}

onEachStorage('options: cacheControl', (host, storage) => {
  const client = (cacheControl?: 'auto') =>
    siteOn(host, { ...storage.options(new TracingStore()), cacheControl }, routes(HANDLERS)).browser()

  it('"auto" forbids caches to keep a response that sets the cookie', async () => {
    expect((await client('auto').get()).headers['cache-control']).to.equal('no-store')
  })

  it('"auto" does not change a response that sets no cookie', async () => {
    const visitor = client('auto')
    await visitor.get()
    expect((await visitor.get('/read')).headers).to.not.have.property('cache-control')
  })

  it('"auto" does not change a Cache-Control header that the app has set', async () => {
    expect((await client('auto').get('/public')).headers['cache-control']).to.equal('public, max-age=60')
  })

  it('sets no header by default', async () => {
    expect((await client().get()).headers).to.not.have.property('cache-control')
  })
})

onEachHost('options: cacheControl', host => {
  for (const cacheControl of ['no-store', true, '']) {
    it(`is refused at setup if it is ${JSON.stringify(cacheControl)}`, () => {
      expect(() => host.start({ cacheControl: cacheControl as never })).to.throw(TypeError, 'cacheControl option must be "auto"')
    })
  }

  if (host.framework === 'Connect') {
    it('"auto" does not change a Cache-Control header that the app has passed to writeHead', async () => {
      const handler: Handler = (req, res) => {
        data(req).n = 1
        res.writeHead(200, { 'cache-control': 'private' }).end()
      }
      expect((await siteOn(host, { cacheControl: 'auto' }, handler).get()).headers['cache-control']).to.equal('private')
    })
  }
})
