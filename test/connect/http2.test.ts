import { expect } from 'chai'
import { data } from '../support/handlers'
import { turns } from '../support/wire'
import { Http2Site, type Respond } from './http2-site'

const RESPONSES: Record<string, { respond: Respond; status?: number; body?: string; method?: string }> = {
  GET: { respond: (_, res) => res.end('text'), body: 'text' },
  'GET of nothing': { respond: (_, res) => res.end() },
  HEAD: { respond: (_, res) => res.end('nobody sees this'), method: 'HEAD' },
  'HEAD without a chunk': { respond: (_, res) => res.end(), method: 'HEAD' },
  POST: {
    respond: (req, res) => void req.on('data', chunk => res.write(`${String(chunk)}!`)).on('end', () => res.end()),
    method: 'POST',
    body: 'post!',
  },
  '204': { respond: (_, res) => ((res.statusCode = 204), res.end()), status: 204 },
  '304': { respond: (_, res) => ((res.statusCode = 304), res.end()), status: 304 },
  'write and end': { respond: (_, res) => (res.write('te'), res.end('xt')), body: 'text' },
  'flushHeaders and end': { respond: (_, res) => (res.flushHeaders(), res.end('text')), body: 'text' },
  'writeHead and end': { respond: (_, res) => res.writeHead(201, { 'x-a': 'a' }).end('text'), status: 201, body: 'text' },
  'writeHead, write and end': { respond: (_, res) => (res.writeHead(200), res.write('te'), res.end('xt')), body: 'text' },
  redirect: { respond: (_, res) => ((res.statusCode = 302), res.setHeader('location', '/home'), res.end()), status: 302 },
  'redirect by writeHead': { respond: (_, res) => res.writeHead(302, { location: '/home' }).end(), status: 302 },
}

describe('connect: HTTP/2', () => {
  let site: Http2Site | undefined
  const warnings: Error[] = []
  const hear = (warning: Error): void => void warnings.push(warning)

  before(() => process.on('warning', hear))
  after(() => {
    process.off('warning', hear)
    expect(warnings).to.deep.equal([])
  })
  afterEach(() => site?.close())

  for (const secure of [false, true]) {
    const over = secure ? 'over TLS' : 'without TLS'

    for (const [name, { respond, status = 200, body = '', method = name.split(' ')[0] as string }] of Object.entries(RESPONSES)) {
      it(`${name} ${over}: no frame before the save, then the whole response`, async () => {
        site = new Http2Site(secure, (req, res) => {
          if (req.url === '/home') return res.end(`hello ${String(data(req).user)}`)
          data(req).user = 'ada'
          return respond(req, res)
        })
        const { store } = site
        const verb = ['HEAD', 'POST'].includes(method) ? method : 'GET'
        const asked = await site.ask({ ':method': verb }, verb === 'POST' ? 'post' : undefined)
        await store.waits()
        await turns()
        expect(asked.begun).to.equal(false)
        store.release()
        store.open = true
        const reply = await asked.reply
        expect({ status: reply.status, body: reply.body }).to.deep.equal({ status, body })
        expect(store.asked).to.deep.equal(['set'])
        const cookie = reply.headers['set-cookie']?.[0]?.split(';')[0]
        expect((await (await site.ask({ ':path': '/home', cookie })).reply).body).to.equal('hello ada')
        expect(site.errors).to.deep.equal([])
      })
    }

    it(`a store that calls back at once has the same result ${over}`, async () => {
      for (const [name, { respond, status = 200, body = '', method = name.split(' ')[0] as string }] of Object.entries(RESPONSES)) {
        const here = (site = new Http2Site(secure, (req, res) => ((data(req).user = 'ada'), respond(req, res))))
        here.store.open = true
        const verb = ['HEAD', 'POST'].includes(method) ? method : 'GET'
        const reply = await (await here.ask({ ':method': verb }, verb === 'POST' ? 'post' : undefined)).reply
        expect({ name, status: reply.status, body: reply.body }).to.deep.equal({ name, status, body })
        expect(reply.headers['set-cookie']).to.have.length(1)
        here.close()
      }
    })

    it(`many streams of one connection wait for their own saves ${over}`, async () => {
      site = new Http2Site(secure, (req, res) => {
        data(req).user = req.url
        res.end(req.url as string)
      })
      const paths = Array.from({ length: 20 }, (_, i) => `/${i}`)
      const asked = []
      for (const path of paths) asked.push(await site.ask({ ':path': path }))
      while (site.store.asked.length < paths.length) await turns(1)
      expect(asked.some(({ begun }) => begun)).to.equal(false)
      site.store.release()
      const replies = await Promise.all(asked.map(async ({ reply }) => reply))
      expect(replies.map(({ body }) => body)).to.deep.equal(paths)
      expect(new Set(replies.map(({ headers }) => headers['set-cookie']?.[0])).size).to.equal(paths.length)
    })

    it(`"secure: auto" sets a cookie that is ${secure ? '' : 'not '}secure ${over}`, async () => {
      site = new Http2Site(secure, (req, res) => ((data(req).user = 'ada'), res.end()), { cookie: { secure: 'auto' } })
      site.store.open = true
      const { headers } = await (await site.ask()).reply
      expect(/; Secure/.test(headers['set-cookie']?.[0] as string)).to.equal(secure)
    })
  }
})
