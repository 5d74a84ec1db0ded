import { expect } from 'chai'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { data } from '../support/handlers'
import { GateStore } from '../support/gate-store'
import { Site, type Handler, type Req } from '../support/site'
import { turns, useServers, Wire } from '../support/wire'
import { cookieOf, stage, storeLate } from './stage'

/** Responses that are whole when the client disconnects. */
const WHOLE: Record<string, (res: ServerResponse) => unknown> = {
  'end with text': res => res.end('text'),
  'end with a callback': res => res.end('text', () => {}),
  'write and end': res => (res.write('te'), res.end('xt')),
  'writeHead and end': res => res.writeHead(200, { 'Content-Length': 4 }).end('text'),
}

const ANSWERS: Record<string, (res: ServerResponse) => unknown> = {
  ...WHOLE,
  flushHeaders: res => res.flushHeaders(),
  'a stream': res => pipeline(Readable.from(Array<string>(100).fill('text'.repeat(1000))), res).catch(() => {}),
}

/** How a client disconnects before its response. The server cannot tell one that hangs up from one that sends no more. */
const ENDS: Record<string, (wire: Wire) => unknown> = {
  'the client hangs up': wire => wire.socket.destroy(),
  'the client resets the connection': wire => wire.socket.resetAndDestroy(),
  'the client sends no more': wire => wire.socket.end(),
}

/** Requests after which a client may send no more. */
const LAST: Record<string, string> = {
  'HTTP/1.1': 'GET / HTTP/1.1\r\nHost: site\r\n\r\n',
  'HTTP/1.1 with Connection: close': 'GET / HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n',
  'HTTP/1.0': 'GET / HTTP/1.0\r\n\r\n',
}

/** A handler that catches the error and responds with it. */
const caught =
  (respond: (res: ServerResponse) => unknown): Handler =>
  (_, res) => {
    try {
      respond(res)
    } catch (err) {
      res.statusMessage = ''
      res.statusCode = 500
      res.end((err as NodeJS.ErrnoException).code)
    }
  }

const UNSENDABLE: Record<string, { respond: (res: ServerResponse) => unknown; code: string }> = {
  'a status below 100': { respond: res => ((res.statusCode = 99), res.end('text')), code: 'ERR_HTTP_INVALID_STATUS_CODE' },
  'a status above 999': { respond: res => ((res.statusCode = 1000), res.end('text')), code: 'ERR_HTTP_INVALID_STATUS_CODE' },
  'a reason of two lines': { respond: res => ((res.statusMessage = 'a\nb'), res.end('text')), code: 'ERR_INVALID_CHAR' },
  'a first write with status 99': {
    respond: res => ((res.statusCode = 99), res.write('text'), res.end()),
    code: 'ERR_HTTP_INVALID_STATUS_CODE',
  },
  'flushHeaders with status 99': { respond: res => ((res.statusCode = 99), res.flushHeaders()), code: 'ERR_HTTP_INVALID_STATUS_CODE' },
}

describe('connect: responses that are aborted or cannot be sent', () => {
  useServers()

  for (const [how, end] of Object.entries(ENDS)) {
    for (const [what, answer] of Object.entries(ANSWERS)) {
      it(`${how} while the save for ${what} is pending: the session is saved, and the request ends`, async () => {
        let response: ServerResponse | undefined
        const { server, store, errors } = await stage('saved', (_, res) => {
          response = res
          return answer(res)
        })
        const wire = (await Wire.to(server)).get()
        await store.waits()
        const res = response as ServerResponse
        const gone = res.closed ? undefined : once(res, 'close')
        const waits = what in WHOLE && !how.includes('resets')
        end(wire)
        if (!waits) await gone
        expect(wire.text).to.equal('')
        store.open = true
        store.release()
        await gone
        await turns()
        expect({ asked: store.asked, errors }).to.deep.equal({ asked: ['set'], errors: [] })
        expect(wire.text !== '').to.equal(waits && how.includes('sends no more'))
        expect(Object.keys(store.sessions)).to.have.length(1)
      })
    }
  }

  for (const [version, request] of Object.entries(LAST)) {
    for (const [what, answer] of Object.entries(WHOLE)) {
      for (const later of [false, true]) {
        it(`a client of ${version} that sends no more gets ${what}, with a store that calls back ${later ? 'later' : 'at once'}`, async () => {
          const { server, store } = await stage('saved', (_, res) => answer(res))
          store.open = !later
          const wire = (await Wire.to(server)).send(request)
          wire.socket.end()
          if (later) await storeLate(wire, store)
          await wire.rest()
          const got = await wire.answer()
          expect(got).to.include({ line: 'HTTP/1.1 200 OK', body: 'text' })
          expect(cookieOf(got)).to.be.a('string')
        })
      }
    }
  }

  it('a client that sends no more waits for storeTimeout at most', async () => {
    const store = new GateStore()
    let request: Req | undefined
    const { server } = new Site({ store, storeTimeout: 50 }, (req, res) => {
      request = req
      data(req).user = 'ada'
      req.session.save(() => {})
      res.end('text')
    })
    const wire = await Wire.to(server)
    wire.get().socket.end()
    await store.waits()
    await wire.rest()
    expect(request?.socket.destroyed).to.equal(true)
  })

  it('a handler that ends the response after the client has disconnected still saves', async () => {
    let response: ServerResponse | undefined
    const { server, store, errors } = await stage('saved', (_, res) => void (response = res))
    const wire = (await Wire.to(server)).get()
    while (!response) await turns(1)
    const gone = once(response, 'close')
    wire.socket.destroy()
    await gone
    store.open = true
    response.end('text')
    await turns()
    expect({ asked: store.asked, errors }).to.deep.equal({ asked: ['set'], errors: [] })
  })

  it('a handler runs as usual if the client has disconnected before its session is read', async () => {
    const { server, store, errors, headers } = await stage('touched', (req, res) => {
      data(req).user = 'ada'
      res.write('te')
      res.end('xt')
    })
    const get = store.get.bind(store)
    let read: (() => void) | undefined
    store.get = (id, callback) => void (read = () => get(id, callback))
    const request = once(server, 'request')
    const wire = (await Wire.to(server)).get('/', ...headers)
    const [, res] = (await request) as [unknown, ServerResponse]
    const gone = once(res, 'close')
    wire.socket.destroy()
    await gone
    store.open = true
    read?.()
    await turns()
    expect({ asked: store.asked, errors }).to.deep.equal({ asked: ['set'], errors: [] })
  })

  it('a broken connection aborts pipelined requests, and their sessions are saved', async () => {
    const { server, store } = await stage('saved', (req, res) => res.end(req.url))
    const wire = await Wire.to(server)
    wire.get('/1').get('/2').get('/3')
    while (store.asked.length < 3) await turns(1)
    wire.socket.destroy()
    await turns()
    store.release()
    await turns()
    expect(Object.keys(store.sessions)).to.have.length(3)
  })

  for (const [what, { respond, code }] of Object.entries(UNSENDABLE)) {
    for (const later of [false, true]) {
      const when = later ? 'later' : 'at once'

      it(`${what} is an error that the handler can catch to respond, with a store that calls back ${when}`, async () => {
        const { server, store, errors } = await stage('saved', caught(respond))
        store.open = !later
        const wire = (await Wire.to(server)).get()
        if (later) await storeLate(wire, store)
        expect(await wire.answer()).to.include({ line: 'HTTP/1.1 500 Internal Server Error', body: code })
        expect(errors).to.deep.equal([])
        expect(store.asked).to.deep.equal(['set'])
      })
    }
  }

  it('a body with a wrong Content-Length closes the connection and is an error, with strictContentLength', async () => {
    const { server, store, errors } = await stage('saved', (_, res) => {
      res.strictContentLength = true
      res.setHeader('Content-Length', 10)
      res.write('text')
      res.end()
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    await wire.rest()
    await turns()
    expect(await wire.answers()).to.deep.equal([])
    expect(errors.map(err => (err as NodeJS.ErrnoException).code)).to.deep.equal(['ERR_HTTP_CONTENT_LENGTH_MISMATCH'])
    expect(Object.keys(store.sessions)).to.have.length(1)
  })

  it('changes of an error handler are saved too', async () => {
    const { server, store } = await stage('saved', (req, res) => {
      try {
        res.statusCode = 99
        res.end('text')
      } catch {
        data(req).failed = true
        res.statusCode = 500
        res.end('sorry')
      }
    })
    const wire = (await Wire.to(server)).get()
    await storeLate(wire, store)
    expect((await wire.answer()).body).to.equal('sorry')
    const [record] = Object.values(store.sessions as Record<string, string>)
    expect(JSON.parse(record as string)).to.include({ user: 'ada', failed: true })
  })
})
