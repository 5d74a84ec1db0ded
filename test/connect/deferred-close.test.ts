import { expect } from 'chai'
import { once } from 'node:events'
import http2 = require('node:http2')
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { Site, type Req } from '../support/site'
import { useTimers } from '../support/timers'
import { turns, useServers, Wire } from '../support/wire'
import { Http2Site, type Res } from './http2-site'
import { cookieOf, stage } from './stage'

type Close = (req: Req, res: ServerResponse) => unknown

/** The calls that close the connection of an HTTP/1 response. `server` is the socket's. */
const CLOSES: Record<string, Close> = {
  'req.socket.end()': req => req.socket.end(),
  'req.socket.end(callback)': req => req.socket.end(() => {}),
  'req.socket.destroy()': req => req.socket.destroy(),
  'req.socket.destroy(err)': req => req.socket.on('error', () => {}).destroy(new Error('enough')),
  'req.socket.destroySoon()': req => req.socket.destroySoon(),
  'req.socket.resetAndDestroy()': req => req.socket.resetAndDestroy(),
  'req.connection.destroy()': req => (req as unknown as { connection: Socket }).connection.destroy(),
  'req.destroy()': req => req.destroy(),
  'req.destroy(err)': req => req.on('error', () => {}).destroy(new Error('enough')),
  'res.destroy()': (_, res) => res.destroy(),
  'res.destroy(err)': (_, res) => res.on('error', () => {}).destroy(new Error('enough')),
  'res.socket.end()': (_, res) => res.socket?.end(),
  'res.socket.destroy()': (_, res) => res.socket?.destroy(),
  'res.socket.destroySoon()': (_, res) => res.socket?.destroySoon(),
  'res.connection.destroy()': (_, res) => res.connection?.destroy(),
  'a pipeline that fails': (_, res) =>
    pipeline(
      new Readable({
        read() {
          this.destroy(new Error('no file'))
        },
      }),
      res,
      () => {},
    ),
  'server.close()': req => serverOf(req).close(),
  'server.closeIdleConnections()': req => serverOf(req).closeIdleConnections(),
  'server.closeAllConnections()': req => serverOf(req).closeAllConnections(),
  'server.close() and closeAllConnections()': req => serverOf(req).close().closeAllConnections(),
  'two calls': (req, res) => (res.destroy(), req.socket.end()),
}

function serverOf(req: Req): import('node:http').Server {
  return (req.socket as unknown as { server: import('node:http').Server }).server
}

const LONG = 'a'.repeat(4_000_000)

const ANSWERS: Record<string, { respond: (res: ServerResponse) => unknown; body: string }> = {
  'end with text': { respond: res => res.end('text'), body: 'text' },
  'write and end': { respond: res => (res.write('te'), res.end('xt')), body: 'text' },
  'a long end': { respond: res => res.end(LONG), body: LONG },
  'a redirect': { respond: res => res.writeHead(302, { Location: '/home' }).end(), body: '' },
}

describe('connect: closing the connection of a delayed response', () => {
  useServers()

  for (const [how, close] of Object.entries(CLOSES)) {
    for (const [what, { respond, body }] of Object.entries(ANSWERS)) {
      it(`${how} after ${what} waits until the response is sent, with its cookie`, async () => {
        let request: [Req, ServerResponse] | undefined
        const { server, store, errors } = await stage('saved', (req, res) => {
          request = [req, res]
          return respond(res)
        })
        const wire = (await Wire.to(server)).get()
        await store.waits()
        close(...(request as [Req, ServerResponse]))
        await turns()
        expect({ text: wire.text, ended: wire.ended }).to.deep.equal({ text: '', ended: false })
        store.release()
        if (what === 'a long end') await wire.until(text => text.length > 4_000_000)
        const answer = await wire.answer()
        expect(cookieOf(answer)).to.be.a('string')
        expect(answer.body === body).to.equal(true)
        expect({ errors, stored: Object.keys(store.sessions).length }).to.deep.equal({ errors: [], stored: 1 })
      })
    }
  }

  for (const [how, close] of Object.entries(CLOSES).filter(([how]) => !/^req.destroy|pipeline/.test(how))) {
    it(`${how} closes the connection afterwards, with Connection: close`, async () => {
      let request: [Req, ServerResponse] | undefined
      const { server, store } = await stage('saved', (req, res) => {
        request = [req, res]
        res.end('text')
      })
      const wire = (await Wire.to(server)).get()
      await store.waits()
      close(...(request as [Req, ServerResponse]))
      store.release()
      await wire.rest()
      expect((await wire.answer()).headers).to.include('connection: close')
    })
  }

  it('a stream that fails sends the written chunks, and then closes', async () => {
    let response: ServerResponse | undefined
    const { server, store } = await stage('saved', (_, res) => {
      response = res
      res.write('part')
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    response?.destroy()
    await turns()
    expect(wire.text).to.equal('')
    store.release()
    expect(await wire.rest()).to.match(/\r\n4\r\npart\r\n$/)
  })

  it('res.destroy is reported at once, and later calls are ignored', async () => {
    const heard: unknown[] = []
    const { server, store } = await stage('saved', (_, res) => {
      res.end('text')
      heard.push(res.destroy() === res, res.destroyed, res.closed)
      heard.push(res.write('late', (err?: NodeJS.ErrnoException | null) => heard.push(err?.code)))
      heard.push(res.end('late') === res)
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    await turns()
    expect(heard).to.deep.equal([true, true, false, false, true, 'ERR_STREAM_DESTROYED'])
    store.release()
    expect((await wire.answer()).body).to.equal('text')
    await wire.rest()
  })

  it('is not delayed if the response is not delayed', async () => {
    const { server, store } = await stage('saved', (req, res) => {
      res.write('part')
      setImmediate(() => req.socket.destroy())
    })
    store.open = true
    const wire = (await Wire.to(server)).get()
    expect(await wire.rest()).to.match(/part\r\n$/)
  })

  it('waits for all delayed responses of a pipelined connection', async () => {
    const requests: Req[] = []
    const { server, store } = await stage('saved', (req, res) => {
      requests.push(req)
      res.end(req.url)
    })
    const wire = (await Wire.to(server)).get('/1').get('/2')
    while (store.asked.length < 2) await turns(1)
    requests[1]?.socket.end()
    store.release()
    expect((await wire.answers(2)).map(({ body }) => body)).to.deep.equal(['/1', '/2'])
    await wire.rest()
  })

  for (const how of ['Connection: close', 'HTTP/1.0'] as const) {
    it(`a response with ${how} closes the connection, although a pipelined one behind it is delayed`, async () => {
      const store = new GateStore()
      let first: ServerResponse | undefined
      const { server } = new Site({ store }, (req, res) => {
        if (req.url === '/1') return void (first = res)
        data(req).user = 'ada'
        res.end(req.url)
      })
      const wire = (await Wire.to(server)).get('/1').get('/2')
      await store.waits()
      if (how === 'HTTP/1.0') (first as ServerResponse).shouldKeepAlive = false
      else first?.setHeader('Connection', 'close')
      first?.end('/1')
      await wire.rest()
      expect((await wire.answers(2)).map(({ body }) => body)).to.deep.equal(['/1'])
      store.release()
      await turns()
      expect(Object.keys(store.sessions)).to.have.length(1)
    })
  }

  it('a response with Connection: close is sent before it closes the connection, if it is delayed too', async () => {
    const store = new GateStore()
    const { server } = new Site({ store }, (req, res) => {
      data(req).user = 'ada'
      if (req.url === '/1') res.setHeader('Connection', 'close')
      res.end(req.url)
    })
    const wire = (await Wire.to(server)).get('/1').get('/2')
    while (store.asked.length < 2) await turns(1)
    store.release()
    await wire.rest()
    expect((await wire.answers(2)).map(({ body }) => body)).to.deep.equal(['/1'])
  })

  it('an error response after a failed save arrives too', async () => {
    let request: Req | undefined
    const { server, store } = await stage('saved, or an error response', (req, res) => {
      request = req
      res.end('text')
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    request?.socket.destroy()
    store.release(new Error('no disk'))
    expect(await wire.answer()).to.deep.include({ line: 'HTTP/1.1 500 Internal Server Error', body: 'no disk' })
    await wire.rest()
  })
})

describe('connect: closing the connection of a response whose store does not respond', () => {
  useServers()
  const timers = useTimers()

  for (const [how, close] of Object.entries(CLOSES).filter(([how]) => !/^req.destroy|pipeline|^server.close\(\)$/.test(how))) {
    it(`${how} waits for storeTimeout at most`, async () => {
      const store = new GateStore()
      let request: [Req, ServerResponse] | undefined
      const { server } = new Site({ store, storeTimeout: 500 }, (req, res) => {
        request = [req, res]
        data(req).user = 'ada'
        // The response waits for this save, and then for its own, each for storeTimeout
        req.session.save(() => {})
        res.end('text')
      })
      const wire = (await Wire.to(server)).get()
      await store.waits()
      timers.turn(100)
      close(...(request as [Req, ServerResponse]))
      timers.turn(499)
      await turns()
      expect({ text: wire.text, ended: wire.ended }).to.deep.equal({ text: '', ended: false })
      timers.turn(1)
      await wire.rest()
    })
  }

  it('a reset by the client during a call is not delayed', async () => {
    const store = new GateStore()
    let response: ServerResponse | undefined
    const { server } = new Site({ store }, (req, res) => {
      data(req).user = 'ada'
      response = res.end('text')
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    response?.destroy()
    wire.socket.resetAndDestroy()
    await once(response as ServerResponse, 'close')
    store.release()
    await turns()
    expect(timers.pending()).to.equal(0)
  })
})

/** The calls that close the stream or connection of an HTTP/2 response. */
const HTTP2_CLOSES: Record<string, (res: Res) => unknown> = {
  'res.destroy()': res => res.destroy(),
  'res.destroy(err)': res => res.destroy(new Error('enough')),
  'res.stream.destroy()': res => res.stream.destroy(),
  'res.stream.destroy(err)': res => res.stream.destroy(new Error('enough')),
  'res.stream.close(code)': res => res.stream.close(http2.constants.NGHTTP2_REFUSED_STREAM),
  'res.stream.end()': res => res.stream.end(),
  'req.destroy()': res => res.req.destroy(),
  'req.socket.destroy()': res => (res.req as unknown as { socket: Socket }).socket.destroy(),
  'req.socket.end()': res => (res.req as unknown as { socket: Socket }).socket.end(),
  'session.close()': res => res.stream.session?.close(),
  'session.destroy()': res => res.stream.session?.destroy(),
  'session.destroy(err)': res => res.stream.session?.on('error', () => {}).destroy(new Error('enough')),
}

describe('connect: closing the stream of a delayed HTTP/2 response', () => {
  let site: Http2Site | undefined
  afterEach(() => site?.close())

  const sockets: Socket[] = []
  const closes: typeof HTTP2_CLOSES = {
    ...HTTP2_CLOSES,
    'server.close()': () => site?.server.close(),
    'destroy() of the sockets that the server was given': () => sockets.forEach(socket => socket.destroy()),
  }

  for (const secure of [false, true]) {
    for (const [how, close] of Object.entries(closes)) {
      it(`${how} waits until the response is sent${secure ? ', over TLS' : ''}`, async () => {
        let response: Res | undefined
        const here = (site = new Http2Site(secure, (req, res) => {
          data(req).user = 'ada'
          response = res
          res.write('te')
          res.end('xt')
        }))
        here.server.on('sessionError', () => {})
        sockets.splice(0)
        for (const event of ['connection', 'secureConnection']) here.server.on(event, (socket: Socket) => sockets.push(socket))
        const asked = await here.ask()
        await here.store.waits()
        close(response as Res)
        await turns()
        expect(asked.begun).to.equal(false)
        here.store.release()
        const { status, headers, body } = await asked.reply
        expect({ status, cookies: headers['set-cookie']?.length, body }).to.deep.equal({ status: 200, cookies: 1, body: 'text' })
        expect(here.errors).to.deep.equal([])
      })
    }
  }

  it('closes the stream afterwards', async () => {
    let response: Res | undefined
    const here = (site = new Http2Site(false, (req, res) => {
      data(req).user = 'ada'
      response = res
      res.end('text')
    }))
    const asked = await here.ask()
    await here.store.waits()
    const session = response?.stream.session as http2.ServerHttp2Session
    session.destroy()
    expect(session.destroyed).to.equal(false)
    here.store.release()
    await once(session, 'close')
    expect((await asked.reply).body).to.equal('text')
  })

  it('a write after end destroys no stream', async () => {
    const codes: unknown[] = []
    const here = (site = new Http2Site(false, (req, res) => {
      data(req).user = 'ada'
      res.end('text')
      ;(res as unknown as ServerResponse).write('late', err => codes.push((err as NodeJS.ErrnoException).code))
    }))
    const asked = await here.ask()
    await here.store.waits()
    here.store.release()
    expect(await asked.reply).to.include({ status: 200, body: 'text' })
    expect(codes).to.deep.equal(['ERR_STREAM_WRITE_AFTER_END'])
  })
})
