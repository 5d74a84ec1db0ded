import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { turns, useServers, Wire } from '../support/wire'
import { plain, stage, withoutCookie } from './stage'

type Respond = (res: ServerResponse) => unknown

const RESPONSES: Record<string, Respond> = {
  'end with text': res => res.end('text'),
  'end without a chunk': res => res.end(),
  'status 204': res => ((res.statusCode = 204), res.end()),
  'status 204 with a chunk': res => ((res.statusCode = 204), res.end('nobody sees this')),
  'status 304': res => ((res.statusCode = 304), res.end()),
  'a status in a string': res => ((res.statusCode = '204' as never), res.end()),
  'status 404 with bytes': res => ((res.statusCode = 404), res.end(Buffer.from('gone'))),
  'Content-Length set': res => (res.setHeader('Content-Length', 4), res.end('text')),
  'Content-Length removed': res => (res.removeHeader('Content-Length'), res.end('text')),
  'Content-Length set and removed': res => (res.setHeader('Content-Length', 9), res.removeHeader('Content-Length'), res.end('text')),
  'Transfer-Encoding set': res => (res.setHeader('Transfer-Encoding', 'chunked'), res.end('text')),
  'Transfer-Encoding removed': res => (res.removeHeader('Transfer-Encoding'), res.end('text')),
  'both removed': res => (res.removeHeader('Content-Length'), res.removeHeader('Transfer-Encoding'), res.end('text')),
  'Connection: close': res => (res.setHeader('Connection', 'close'), res.end('text')),
  writeHead: res => res.writeHead(201, { 'X-A': 'a' }).end('text'),
  'writeHead with a reason': res => res.writeHead(201, 'Born', { 'X-A': ['a', 'b'] }).end('text'),
  'writeHead with a list': res => res.writeHead(200, ['X-A', 'a', 'X-B', 'b']).end('text'),
  'writeHead with Content-Length': res => res.writeHead(200, { 'Content-Length': 4 }).end('text'),
  'write and end': res => (res.write('te'), res.end('xt')),
  'write with Content-Length, and end': res => (res.setHeader('Content-Length', 4), res.write('te'), res.end('xt')),
  'flushHeaders and end': res => (res.flushHeaders(), res.end('text')),
  'no date': res => ((res.sendDate = false), res.end('text')),
  base64: res => res.end('dGV4dA==', 'base64'),
}

const REQUESTS: Record<string, string> = {
  GET: 'GET / HTTP/1.1\r\nHost: site\r\n',
  HEAD: 'HEAD / HTTP/1.1\r\nHost: site\r\n',
  'GET of HTTP/1.0': 'GET / HTTP/1.0\r\n',
  'GET of HTTP/1.0 with keep-alive': 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n',
  'GET that closes': 'GET / HTTP/1.1\r\nHost: site\r\nConnection: close\r\n',
}

describe('connect: framing', () => {
  useServers()

  for (const [what, respond] of Object.entries(RESPONSES)) {
    for (const [name, request] of Object.entries(REQUESTS)) {
      it(`${what} after a ${name} is framed as by Node without a session`, async () => {
        const method = request.split(' ')[0] as string
        const bare = (await Wire.to(plain((_, res) => void respond(res)))).send(`${request}\r\n`)
        const expected = await bare.answer(method)
        await turns()
        for (const later of [false, true]) {
          const { server, store } = await stage('saved', (_, res) => void respond(res))
          store.open = !later
          const wire = (await Wire.to(server)).send(`${request}\r\n`)
          if (later) await store.waits()
          store.release()
          expect(withoutCookie(await wire.answer(method))).to.deep.equal(expected)
          await turns()
          expect(wire.ended).to.equal(bare.ended)
          expect(store.asked).to.deep.equal(['set'])
        }
      })
    }
  }

  it('a statusMessage that is set after end is ignored', async () => {
    const { server, store } = await stage('saved', (_, res) => {
      res.statusMessage = 'Fine'
      res.end('text')
      res.statusMessage = 'Late'
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    expect((await wire.answer()).line).to.equal('HTTP/1.1 200 Fine')
  })

  it('a trailer is sent after the body', async () => {
    const { server, store } = await stage('saved', (_, res) => {
      res.setHeader('Trailer', 'X-Sum')
      res.addTrailers({ 'X-Sum': '4' })
      res.end('text')
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    expect(await wire.answer()).to.deep.include({ body: 'text', trailers: 'X-Sum: 4' })
  })

  it('cookies of the app are kept', async () => {
    const { server, store } = await stage('saved', (_, res) => {
      res.setHeader('Set-Cookie', ['a=1', 'b=2'])
      res.end()
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    const cookies = (await wire.answer()).headers.filter(header => header.startsWith('set-cookie'))
    expect(cookies).to.have.length(3).that.includes.members(['set-cookie: a=1', 'set-cookie: b=2'])
  })

  for (const method of ['GET', 'HEAD']) {
    for (const status of [200, 204, 304]) {
      it(`a connection serves ten successive ${method} requests with status ${status}`, async () => {
        const { server, store } = await stage('saved', (_, res) => {
          res.statusCode = status
          res.end(status === 200 ? 'text' : undefined)
        })
        const wire = await Wire.to(server)
        for (let i = 1; i <= 10; i++) {
          wire.send(`${method} / HTTP/1.1\r\nHost: site\r\n\r\n`)
          await store.waits()
          store.release()
          expect(await wire.answers(i, Array<string>(i).fill(method))).to.have.length(i)
        }
        expect(store.asked).to.have.length(10)
      })
    }
  }

  it('ten pipelined requests get their responses in order, for any order of the callbacks of the store', async () => {
    const { server, store } = await stage('saved', (req, res) => {
      if (req.url?.endsWith('5')) res.write('streamed ')
      res.end(req.url)
    })
    store.open = true
    const paths = Array.from({ length: 10 }, (_, i) => `/${i}`)
    const wire = await Wire.to(server)
    // Requests with even numbers are completed at once, those with odd numbers later, the last one first
    const late: (() => void)[] = []
    const set = store.set.bind(store)
    let saves = 0
    store.set = (id, data, callback) => {
      if (saves++ % 2 === 0) set(id, data, callback)
      else late.unshift(() => set(id, data, callback))
    }
    wire.send(paths.map(path => `GET ${path} HTTP/1.1\r\nHost: site\r\n\r\n`).join(''))
    while (saves < 10) await turns(1)
    await turns()
    expect(await wire.answers(1)).to.have.length(1)
    for (const answer of late) answer()
    const answers = await wire.answers(10)
    expect(answers.map(answer => answer.body)).to.deep.equal(paths.map(path => (path === '/5' ? `streamed ${path}` : path)))
  })
})
