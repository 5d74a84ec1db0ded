import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import http2 = require('node:http2')
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import connect = require('connect')
import express = require('express')
import request = require('supertest')
import { useClock } from '../support/clock'
import { data, routes, show } from '../support/handlers'
import { readable } from '../support/payload'
import { QUIET, setCookie, Site, Visitor, type Handler, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { turns } from '../support/wire'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- without types of its own
const express4 = require('express-4') as typeof express

const put =
  (key: string, answer: (res: ServerResponse, req: Req) => unknown): Handler =>
  (req, res) => {
    data(req)[key] = true
    return answer(res, req)
  }

/** Ways to respond after a change of the session. */
const ANSWERS: Record<string, Handler> = {
  '/end': put('end', res => res.end('x')),
  '/writeHead': put('writeHead', res => res.writeHead(200, { 'X-Own': '1' }).end('x')),
  '/flushHeaders': put('flushHeaders', res => (res.flushHeaders(), res.end('x'))),
  '/write': put('write', res => (res.write('x'), res.end('y'))),
  '/redirect': put('redirect', res => res.writeHead(303, { Location: '/read' }).end()),
  '/saved': async (req, res) => ((data(req).saved = true), await req.session.save(), res.writeHead(200), res.end()),
  '/notAwaited': (req, res) => ((data(req).notAwaited = true), void req.session.save(), res.end()),
}

const HANDLERS = routes({ ...ANSWERS, '/read': show })

const siteOf = (handler: Handler, options: Partial<SessionOptions> = {}): Site => new Site({ store: 'cookie', ...options }, handler)

/** The same app on each kind of server. */
const SERVERS: Record<string, (handler: Handler) => Server> = {
  'node:http': handler => siteOf(handler).server,
  Connect: handler =>
    createServer(
      connect()
        .use(session({ ...QUIET, store: 'cookie' }))
        .use(handler as never),
    ),
  'Express 4': handler => createServer(express4().use(session({ ...QUIET, store: 'cookie' }) as never, handler as never)),
  'Express 5': handler => createServer(express().use(session({ ...QUIET, store: 'cookie' }) as never, handler as never)),
}

const keysOf = async (visitor: Visitor): Promise<string[]> => Object.keys(JSON.parse((await visitor.get('/read')).text) as object)

describe('connect: sessions in the cookie are sent with the headers', () => {
  for (const [name, serve] of Object.entries(SERVERS)) {
    for (const path of Object.keys(ANSWERS)) {
      it(`of ${name}, by ${path.slice(1)}`, async () => {
        const visitor = new Visitor(serve(HANDLERS))
        await visitor.get(path)
        expect(await keysOf(visitor)).to.include(path.slice(1))
      })
    }
  }

  it('of HTTP/2', async () => {
    const middleware = session({ ...QUIET, store: 'cookie' })
    const server = http2.createServer((req, res) => middleware(req as never, res, () => void HANDLERS(req as never, res as never)))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const lines: string[] = []
    for (const path of Object.keys(ANSWERS)) {
      const stream = client.request({ ':path': path })
      const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
      lines.push(...(headers['set-cookie'] ?? []))
      stream.resume()
      await once(stream, 'end')
    }
    client.close()
    server.close()
    expect(lines).to.have.length(Object.keys(ANSWERS).length)
  })

  it('are kept through a redirect', async () => {
    const { server } = siteOf(HANDLERS)
    const res = await request.agent(server).get('/redirect').redirects(1)
    expect(JSON.parse(res.text)).to.include({ redirect: true })
  })

  it('that are too large are an error in place of the response, also after writeHead', async () => {
    for (const answer of ['/writeHead', '/write', '/flushHeaders', '/end']) {
      const large: Handler = (req, res) => ((data(req).text = 'x'.repeat(5000)), (ANSWERS[answer] as Handler)(req, res))
      const site = siteOf(large)
      const res = await site.get()
      expect([res.status, setCookie(res)], answer).to.deep.equal([500, undefined])
      expect(site.errors.map(String), answer).to.match(/^RangeError: session is too large/)
    }
  })

  describe('a change after them', () => {
    const clock = useClock()

    it('is an error for next, and earlier changes are kept', async () => {
      const site = siteOf(
        routes({
          '/': (req, res) => {
            data(req).early = true
            res.write('first, ')
            data(req).late = true
            res.end('last')
          },
          '/read': show,
        }),
      )
      const visitor = site.visitor()
      expect((await visitor.get()).text).to.equal('first, last')
      await turns()
      expect(site.errors.map(String)).to.deep.equal(['Error: session is kept in the cookie, and the headers are already sent'])
      expect(await keysOf(visitor))
        .to.include('early')
        .and.not.include('late')
    })

    it('makes save reject', async () => {
      const heard: unknown[] = []
      const site = siteOf(async (req, res) => {
        res.end()
        await once(res, 'finish')
        heard.push(await req.session.save().catch((err: Error) => err.message))
      })
      await site.get()
      await turns()
      expect(heard).to.deep.equal(['session is kept in the cookie, and the headers are already sent'])
    })

    it('causes no error if nothing has changed, with and without rolling', async () => {
      for (const rolling of [false, true]) {
        const site = siteOf(routes({ ...ANSWERS, '/stream': (_, res) => (res.write('first, '), res.end('last')) }), { rolling })
        const visitor = site.visitor()
        await visitor.get('/end')
        const { ends } = readable(visitor)
        clock.turn(1000)
        await visitor.get('/stream')
        await turns()
        expect(site.errors).to.deep.equal([])
        expect(readable(visitor).ends).to.equal(Number(ends) + (rolling ? 1000 : 0))
      }
    })
  })

  it('without headers, as on a socket, save rejects', async () => {
    const site = siteOf(ANSWERS['/end'] as Handler)
    const visitor = site.visitor()
    await visitor.get()
    const middleware = session({ ...QUIET, store: 'cookie' })
    const req = { url: '/', headers: { cookie: visitor.cookie } } as unknown as Req
    await new Promise<void>(resolve => middleware(req, {}, () => resolve()))
    expect(data(req)).to.include({ end: true })
    data(req).more = true
    expect(await req.session.save().catch((err: Error) => err.message)).to.equal(
      'session is kept in the cookie, and the headers are already sent',
    )
  })
})
