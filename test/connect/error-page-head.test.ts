import { expect } from 'chai'
import express = require('express')
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { FaultyStore } from '../support/faulty-store'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session } from '../support/subject'
import { turns, useServers, Wire, type Answer } from '../support/wire'
import { Http2Site } from './http2-site'

/** Headers that describe the body, and are wrong for an error page. */
const OF_THE_BODY: Record<string, string> = {
  'Content-Type': 'image/png',
  'Content-Disposition': 'attachment; filename=a.pdf',
  'Content-Language': 'de',
  'Content-Location': '/a.pdf',
  'Content-Range': 'bytes 0-3/10',
  'Content-Encoding': 'br',
  'Content-MD5': 'x',
  'Accept-Ranges': 'bytes',
  Digest: 'sha-256=x',
  'Content-Digest': 'sha-256=:x:',
  'Repr-Digest': 'sha-256=:x:',
  ETag: '"1"',
  'Last-Modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
  'Cache-Control': 'public, max-age=31536000, immutable',
  'CDN-Cache-Control': 'max-age=60',
  'Surrogate-Control': 'max-age=60',
  Expires: 'Thu, 01 Jan 2099 00:00:00 GMT',
}

/** Headers that stay. */
const OF_THE_APP: Record<string, string> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'",
  'X-Request-Id': '1',
  Location: '/home',
}

/** The error page in place of a response whose session cannot be saved. */
async function errorPage(respond: (res: ServerResponse) => unknown): Promise<Answer> {
  const store = new FaultyStore()
  store.fail('set', new Error('store down'))
  const middleware = session({ ...QUIET, store, saveErrors: 'fail' })
  const server = createServer((req, res) =>
    middleware(req as Req, res, err => {
      if (err) return void (res.write('fai'), res.end('led'))
      data(req as Req).user = 'ada'
      respond(res)
    }),
  )
  return (await Wire.to(server)).get().answer()
}

describe('connect: the head of an error page that replaces a response', () => {
  useServers()

  for (const [name, value] of Object.entries(OF_THE_BODY)) {
    for (const [how, respond] of Object.entries({
      setHeader: res => (res.setHeader(name, value), res.end('text')),
      writeHead: res => res.writeHead(200, { [name]: value }).end('text'),
    } satisfies Record<string, (res: ServerResponse) => unknown>)) {
      it(`has no ${name} that ${how} has set`, async () => {
        const { line, headers, body } = await errorPage(respond)
        expect([line, body]).to.deep.equal(['HTTP/1.1 500 Internal Server Error', 'failed'])
        expect(headers.filter(header => header.startsWith(`${name.toLowerCase()}:`))).to.deep.equal([])
      })
    }
  }

  for (const [name, value] of Object.entries(OF_THE_APP)) {
    it(`has the ${name} of the app`, async () => {
      const { headers } = await errorPage(res => (res.setHeader(name, value), res.end('text')))
      expect(headers).to.include(`${name.toLowerCase()}: ${value}`)
    })
  }

  for (const [how, respond] of Object.entries({
    statusMessage: res => ((res.statusMessage = 'All Fine'), res.end('text')),
    writeHead: res => res.writeHead(200, 'All Fine').end('text'),
  } satisfies Record<string, (res: ServerResponse) => unknown>)) {
    it(`has no reason that ${how} has set`, async () => {
      expect((await errorPage(respond)).line).to.equal('HTTP/1.1 500 Internal Server Error')
    })
  }

  for (const [how, respond] of Object.entries({
    redirect: (_, res) => res.redirect('/home'),
    json: (_, res) => res.json({}),
    sendFile: (_, res) => res.sendFile(__filename),
    'type and send': (_, res) => res.type('png').send('image'),
  } satisfies Record<string, (req: express.Request, res: express.Response) => unknown>)) {
    it(`has the type of its own body, if Express responds with ${how}`, async () => {
      const store = new FaultyStore()
      store.fail('set', new Error('store down'))
      const app = express()
      app.use(session({ ...QUIET, store, saveErrors: 'fail' }) as unknown as RequestHandler)
      app.get('/', (req, res) => {
        data(req as unknown as Req).user = 'ada'
        respond(req, res)
      })
      const handle: ErrorRequestHandler = (_err, req, res, _next) => {
        if (req.headers.accept) res.status(500).json({ error: 'failed' })
        else res.status(500).send('<p>failed</p>')
      }
      app.use(handle)
      const wire = (await Wire.to(createServer(app as unknown as RequestListener))).get('/').get('/', 'Accept: application/json')
      const [html, json] = await wire.answers(2)
      expect(html?.headers).to.include('content-type: text/html; charset=utf-8')
      expect(json?.headers).to.include('content-type: application/json; charset=utf-8')
    })
  }

  it('has no trailers', async () => {
    const { body, trailers } = await errorPage(res => {
      res.setHeader('Trailer', 'Digest')
      res.addTrailers({ Digest: 'x' })
      res.write('te')
      res.end('xt')
    })
    expect([body, trailers]).to.deep.equal(['failed', ''])
  })

  it('has no trailers on HTTP/2', async () => {
    const site = new Http2Site(
      false,
      (req, res) => {
        data(req).user = 'ada'
        res.addTrailers({ digest: 'x' })
        res.end('text')
      },
      { saveErrors: 'fail' },
    )
    try {
      const asked = await site.ask()
      const trailers: unknown[] = []
      asked.stream.on('trailers', got => trailers.push(got))
      await site.store.waits()
      await turns()
      site.store.release(new Error('store down'))
      const { status, body } = await asked.reply
      expect([status, body, trailers.filter(got => 'digest' in (got as object))]).to.deep.equal([500, 'failed', []])
    } finally {
      site.close()
    }
  })
})
