import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { data } from '../support/handlers'
import { Site, type Req } from '../support/site'
import { TracingStore } from '../support/tracing-store'
import { turns, useServers, Wire } from '../support/wire'
import { cookieOf } from './stage'

/** Data that JSON cannot express. */
const DATA: Record<string, (session: Record<string, unknown>) => unknown> = {
  'a circle': session => (session.self = session),
  'a BigInt': session => (session.big = 1n),
  'a getter that throws': session => Object.defineProperty(session, 'bad', { enumerable: true, get: () => JSON.parse('{') }),
  'a toJSON that throws': session => (session.bad = { toJSON: () => JSON.parse('{') }),
}

type Respond = (res: ServerResponse) => unknown

const ANSWERS: Record<string, Respond> = {
  'end with text': res => res.end('the answer'),
  'end with Content-Length': res => (res.setHeader('Content-Length', 10), res.end('the answer')),
  'end with a longer Content-Length': res => (res.setHeader('Content-Length', 5000), res.end('x'.repeat(5000))),
  'end without a chunk': res => (res.setHeader('Content-Length', 0), res.end()),
  'end twice': res => (res.end('the answer'), res.end()),
  'write and end': res => (res.write('the '), res.end('answer')),
  'writes and end': res => (res.write('the '), res.write('an'), res.write('swer'), res.end()),
  'write with Content-Length and end': res => (res.setHeader('Content-Length', 10), res.write('the '), res.end('answer')),
  'flushHeaders and end': res => (res.flushHeaders(), res.end('the answer')),
  'a pipe': res => Readable.from(Array<string>(100).fill('the answer')).pipe(res),
}

const HEADERS_FIRST: Record<string, Respond> = {
  'writeHead and end': res => res.writeHead(200).end('the answer'),
  'writeHead with Content-Length and end': res => res.writeHead(200, { 'Content-Length': 10 }).end('the answer'),
  'writeHead, write and end': res => (res.writeHead(200), res.write('the '), res.end('answer')),
}

describe('connect: data that cannot be stored', () => {
  useServers()

  const site = (spoil: (session: Record<string, unknown>) => unknown, respond: Respond): { site: Site; store: TracingStore } => {
    const store = new TracingStore()
    const handler = (req: Req, res: ServerResponse): void => {
      spoil(data(req))
      respond(res)
    }
    return { site: new Site({ store }, handler), store }
  }

  for (const [what, spoil] of Object.entries(DATA)) {
    for (const [how, respond] of Object.entries(ANSWERS)) {
      it(`${what} is an error for next, and a 500 in place of the response: ${how}`, async () => {
        const { site: here, store } = site(spoil, respond)
        const wire = (await Wire.to(here.server)).get()
        const answer = await wire.answer()
        await turns()
        expect(here.errors).to.have.length(1)
        expect(answer).to.include({ line: 'HTTP/1.1 500 Internal Server Error', body: here.errors[0]?.message })
        expect(cookieOf(answer)).to.equal(undefined)
        expect(store.calls).to.deep.equal([])
        // The connection is still in a valid state
        expect(await wire.get().answers(2)).to.have.length(2)
      })
    }

    for (const [how, respond] of Object.entries(HEADERS_FIRST)) {
      it(`${what} is one error for next, and a response whose headers were written is completed: ${how}`, async () => {
        const { site: here, store } = site(spoil, respond)
        const wire = (await Wire.to(here.server)).get()
        expect(await wire.answer()).to.include({ line: 'HTTP/1.1 200 OK', body: 'the answer' })
        await turns()
        expect(here.errors).to.have.length(1)
        expect(store.calls).to.deep.equal([])
        expect(await wire.get().answers(2)).to.have.length(2)
      })
    }
  }

  it('later writes of the handler do not affect the 500', async () => {
    // So long that it cannot be sent at once: Node ignores a write after the end of a finished response
    const message = 'sorry'.repeat(5_000_000)
    const unfit = (session: Record<string, unknown>): unknown =>
      (session.bad = {
        toJSON: () => {
          throw new Error(message)
        },
      })
    let wrote = 0
    const { site: here } = site(unfit, async res => {
      for (; wrote < 20; wrote++) {
        res.write('the answer')
        await turns(1)
      }
      res.end()
    })
    const wire = (await Wire.to(here.server)).get('/', 'Connection: close')
    wire.socket.pause()
    while (wrote < 20) await turns(1)
    wire.socket.resume()
    await wire.rest()
    const { line, body } = await wire.answer()
    expect(line).to.equal('HTTP/1.1 500 Internal Server Error')
    expect(body === message).to.equal(true)
    expect(here.errors).to.have.length(1)
  })

  it('a HEAD request has the headers of the 500', async () => {
    const { site: here } = site(DATA['a BigInt'] as never, ANSWERS['end with Content-Length'] as Respond)
    const wire = (await Wire.to(here.server)).send('HEAD / HTTP/1.1\r\nHost: site\r\n\r\n')
    expect((await wire.answer('HEAD')).line).to.equal('HTTP/1.1 500 Internal Server Error')
  })

  it('data that becomes invalid after the first write is an error for next, and the response is completed', async () => {
    const { site: here, store } = site(
      () => {},
      res => {
        data(res.req as Req).user = 'ada'
        res.write('the ')
        data(res.req as Req).big = 1n
        res.end('answer')
      },
    )
    const answer = await (await Wire.to(here.server)).get().answer()
    expect(answer).to.include({ line: 'HTTP/1.1 200 OK', body: 'the answer' })
    await turns()
    expect(here.errors).to.have.length(1)
    expect(store.calls).to.deep.equal(['set'])
  })
})
