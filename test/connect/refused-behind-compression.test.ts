import { expect } from 'chai'
import express = require('express')
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { FaultyStore } from '../support/faulty-store'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { turns, useServers, Wire, type Answer } from '../support/wire'
import { compress } from './compression'
import { Http2Site } from './http2-site'

const load = createRequire(__filename)

const PAGE = 'text '.repeat(20_000)

/** Success pages, which must not be sent. */
const PAGES: Record<string, (res: Response) => unknown> = {
  send: res => res.send(PAGE),
  end: res => res.type('text').end(PAGE),
  'write and end': res => (res.type('text'), res.write(PAGE), res.end(PAGE)),
  'a stream piped into it': res => Readable.from(Array.from({ length: 100 }, () => PAGE)).pipe(res.type('text')),
  'Content-Length and end': res => res.type('text').set('Content-Length', String(PAGE.length)).end(PAGE),
  'headers of the file that it sends': res =>
    res
      .type('text')
      .set({ ETag: '"1"', 'Last-Modified': new Date(0).toUTCString(), 'Content-Range': `bytes 0-99999/100000`, 'Content-MD5': 'x' })
      .end(PAGE),
  'chunks with a trailer': res => res.type('text').set({ 'Transfer-Encoding': 'chunked', Trailer: 'Expires' }).end(PAGE),
}

const compression = (load('compression') as () => RequestHandler)()

const COMPRESSIONS: Record<string, RequestHandler> = {
  compression,
  'a stand-in for it': (req, res, next) => (compress(req as unknown as Req, res), next()),
}

interface Failing {
  readonly options: Partial<SessionOptions>
  /** Fails the save, if the store has not failed it yet. */
  readonly fail: () => Promise<void>
}

/** Stores whose save fails. */
const FAILING: Record<string, () => Failing> = {
  'a store that fails later': () => {
    const store = new GateStore()
    const fail = async (): Promise<void> => {
      await store.waits()
      await turns()
      store.release(new Error('store down'))
    }
    return { options: { saveErrors: 'fail', store }, fail }
  },
  'a store that fails at once': () => {
    const store = new FaultyStore()
    store.fail('set', new Error('store down'))
    return { options: { saveErrors: 'fail', store }, fail: async () => {} }
  },
  'a session that is too large for its cookie': () => ({ options: { store: 'cookie' }, fail: async () => {} }),
}

const failed: ErrorRequestHandler = (_err, _req, res, _next) => void res.status(500).send('failed')

interface Parts {
  readonly make?: typeof express
  readonly where: 'before' | 'after'
  readonly middleware: RequestHandler
  readonly options: Partial<SessionOptions>
  readonly page: (res: Response) => unknown
  readonly onError?: ErrorRequestHandler
}

function application({ make = express, where, middleware, options, page, onError = failed }: Parts): RequestListener {
  const app = make()
  app.set('env', 'test')
  if (where === 'before') app.use(middleware)
  app.use(session({ ...QUIET, ...options }) as unknown as RequestHandler)
  if (where === 'after') app.use(middleware)
  app.use((req, res) => {
    data(req as unknown as Req).text = 'text '.repeat(1_000)
    page(res)
  })
  app.use(onError)
  return app
}

async function ask(parts: Omit<Parts, 'options'>, { options, fail }: Failing): Promise<Answer> {
  const wire = (await Wire.to(createServer(application({ ...parts, options })))).get('/', 'Accept-Encoding: gzip')
  await fail()
  return wire.answer()
}

/** The headers that describe the body. */
const ofTheBody = ({ headers }: Answer): string[] =>
  headers.filter(header => /^(content-(?!type)|etag|last-modified|transfer-encoding|trailer)/.test(header))

describe('connect: a response that is refused, behind a middleware that patches it', () => {
  useServers()

  for (const [store, failing] of Object.entries(FAILING)) {
    for (const where of ['before', 'after'] as const) {
      for (const [name, middleware] of Object.entries(COMPRESSIONS)) {
        for (const [how, page] of Object.entries(PAGES)) {
          it(`${store}, and ${name} ${where} the session: the error page replaces ${how}`, async () => {
            const got = await ask({ where, middleware, page }, failing())
            expect([got.line, got.body]).to.deep.equal(['HTTP/1.1 500 Internal Server Error', 'failed'])
            expect(ofTheBody(got).filter(header => !header.startsWith('etag'))).to.deep.equal(['content-length: 6'])
            expect(ofTheBody(got)).to.not.include('etag: "1"')
          })
        }
      }

      it(`${store}, and compression ${where} the session, on Express 4`, async () => {
        const make = load('express-4') as typeof express
        const got = await ask({ make, where, middleware: compression, page: res => res.send(PAGE) }, failing())
        expect([got.line, got.body]).to.deep.equal(['HTTP/1.1 500 Internal Server Error', 'failed'])
      })

      for (const [how, onError] of Object.entries({
        'send of a long text': (_err, _req, res, _next) => void res.status(500).send(PAGE),
        'a stream': (_err, _req, res, _next) =>
          void Readable.from(Array.from({ length: 20 }, () => PAGE.slice(0, 5_000))).pipe(res.status(500).type('text')),
        'writeHead with headers': (_err, _req, res, _next) => void res.writeHead(500, { 'Content-Type': 'text/plain' }).end(PAGE),
      } satisfies Record<string, ErrorRequestHandler>)) {
        it(`${store}, and compression ${where} the session: the error page arrives completely if it is ${how}`, async () => {
          const got = await ask({ where, middleware: compression, page: res => res.send(PAGE), onError }, failing())
          const isCompressed = got.headers.includes('content-encoding: gzip')
          expect(isCompressed ? gunzipSync(Buffer.from(got.body, 'latin1')).toString() : got.body).to.equal(PAGE)
          expect(got.line).to.equal('HTTP/1.1 500 Internal Server Error')
        })
      }
    }

    it(`${store}: a middleware that listens for headers is notified once, and its header is sent`, async () => {
      let calls = 0
      const onHeaders = load('on-headers') as (res: Response, listener: () => void) => void
      const middleware: RequestHandler = (_, res, next) => {
        onHeaders(res, () => res.setHeader('X-Notified', ++calls))
        next()
      }
      const got = await ask({ where: 'after', middleware, page: res => res.end(PAGE) }, failing())
      expect(got.headers).to.include('x-notified: 1')
      expect([calls, got.body]).to.deep.equal([1, 'failed'])
    })
  }

  it('on HTTP/2, the error page replaces a compressed page', async () => {
    const site = new Http2Site(
      false,
      (req, res) => {
        data(req).user = 'ada'
        compression(req as never, res as never, () => {
          res.setHeader('Content-Type', 'text/plain')
          res.end(PAGE)
        })
      },
      { saveErrors: 'fail' },
    )
    try {
      const asked = await site.ask({ 'accept-encoding': 'gzip' })
      await site.store.waits()
      await turns()
      site.store.release(new Error('store down'))
      const { status, headers, body } = await asked.reply
      expect([status, headers['content-encoding'], body]).to.deep.equal([500, undefined, 'failed'])
    } finally {
      site.close()
    }
  })
})
