import { expect } from 'chai'
import http2 = require('node:http2')
import { Readable } from 'node:stream'
import { data } from '../support/handlers'
import { turns } from '../support/wire'
import { Http2Site, type Res, type Respond } from './http2-site'

/** The code of the error that a call throws. */
function codeOf(act: () => unknown): unknown {
  try {
    act()
  } catch (err) {
    return (err as NodeJS.ErrnoException).code
  }
  return undefined
}

describe('connect: HTTP/2, the contract of a response', () => {
  let site: Http2Site | undefined
  afterEach(() => site?.close())

  /** A site whose handlers change the session. */
  const changing = (respond: Respond): Http2Site =>
    (site = new Http2Site(false, (req, res) => {
      data(req).user = 'ada'
      return respond(req, res)
    }))

  it('end returns the response, with headersSent and writableEnded; its callback is called once, after the response is sent', async () => {
    const events: string[] = []
    let seen: unknown[] = []
    const { store, ask } = bound(
      changing((_, res) => {
        res.on('finish', () => events.push('finish'))
        const returned = res.end('text', 'utf8', () => events.push('callback'))
        seen = [returned === res, res.headersSent, res.writableEnded]
      }),
    )
    const asked = await ask()
    await store.waits()
    await turns()
    expect({ seen, events }).to.deep.equal({ seen: [true, true, true], events: [] })
    store.release()
    expect((await asked.reply).body).to.equal('text')
    await turns()
    expect(events.sort()).to.deep.equal(['callback', 'finish'])
  })

  const TOO_LATE: Record<string, (res: Res) => unknown> = {
    setHeader: res => res.setHeader('x-late', 'yes'),
    appendHeader: res => res.appendHeader('x-early', 'no'),
    removeHeader: res => res.removeHeader('x-early'),
    writeHead: res => res.writeHead(500, { 'x-late': 'yes' }),
    statusCode: res => (res.statusCode = 500),
  }
  for (const [name, act] of Object.entries(TOO_LATE)) {
    it(`${name} after end has the same result as without a session, and does not change the response`, async () => {
      const bare = http2.createServer()
      const expected = await codeWithout(bare, act)
      let code: unknown
      const { store, ask } = bound(
        changing((_, res) => {
          res.setHeader('x-early', 'yes')
          res.end('text')
          code = codeOf(() => act(res))
        }),
      )
      const asked = await ask()
      await store.waits()
      store.release()
      const { status, headers, body } = await asked.reply
      expect({ status, early: headers['x-early'], late: headers['x-late'], body }).to.deep.equal({
        status: 200,
        early: 'yes',
        late: undefined,
        body: 'text',
      })
      expect(code).to.equal(expected)
    })
  }

  const AGAIN: Record<string, (res: Res, log: (what: string) => void) => unknown> = {
    'a second end': res => res.end(),
    'a second end with a callback': (res, log) => res.end(() => log('again')),
    'a second end with a chunk': res => res.end('late'),
    'a third end': res => (res.end(), res.end()),
    flushHeaders: res => res.flushHeaders(),
  }
  for (const [name, act] of Object.entries(AGAIN)) {
    it(`${name} after end does not truncate the response`, async () => {
      const events: string[] = []
      const { store, ask } = bound(
        changing((_, res) => {
          res.end('text', () => events.push('first'))
          act(res, what => events.push(what))
        }),
      )
      const asked = await ask()
      await store.waits()
      store.release()
      expect(await asked.reply).to.include({ status: 200, body: 'text' })
      await turns()
      expect(events.sort()).to.deep.equal(name.includes('callback') ? ['again', 'first'] : ['first'])
      expect(store.asked).to.deep.equal(['set'])
    })
  }

  it('delayed writes are sent in order, with the last chunk at their end', async () => {
    const { store, ask } = bound(changing((_, res) => (res.write('a'), res.write('b'), res.end('c'))))
    const asked = await ask()
    await store.waits()
    store.release()
    expect((await asked.reply).body).to.equal('abc')
  })

  it('trailers are sent, also those that are added after end, as without a session', async () => {
    const { store, ask } = bound(
      changing((_, res) => {
        res.addTrailers({ 'x-before': 'a' })
        res.end('text')
        res.addTrailers({ 'x-after': 'b' })
      }),
    )
    const { reply, stream } = await ask()
    let trailers: unknown
    stream.on('trailers', got => (trailers = got))
    await store.waits()
    store.release()
    expect((await reply).body).to.equal('text')
    expect(trailers).to.include({ 'x-before': 'a', 'x-after': 'b' })
  })

  it('a piped megabyte arrives completely, with drain only after the buffer is empty', async () => {
    const needed: unknown[] = []
    const { store, ask } = bound(
      changing((_, res) => {
        res.on('drain', () => needed.push(res.stream.writableNeedDrain))
        Readable.from(Array.from({ length: 16 }, () => Buffer.alloc(64 * 1024, 'a'))).pipe(res)
      }),
    )
    const asked = await ask()
    await store.waits()
    store.release()
    expect((await asked.reply).body).to.have.length(1024 * 1024)
    expect(needed).to.not.include(true)
  })

  it('a change after the first write is saved before the last frame', async () => {
    const { store, ask } = bound(
      changing((req, res) => {
        res.write('first ')
        data(req).more = true
        res.end('last')
      }),
    )
    const asked = await ask()
    await store.waits()
    store.release()
    await store.waits()
    await turns()
    expect(asked.begun).to.equal(true)
    store.release()
    expect((await asked.reply).body).to.equal('first last')
    expect(store.asked).to.deep.equal(['set', 'set'])
  })

  it('data that cannot be stored is an error for next, and a 500 in place of the response', async () => {
    const here = changing((req, res) => {
      data(req).self = req.session
      res.setHeader('content-length', 4)
      res.end('text')
    })
    expect(await (await here.ask()).reply).to.include({ status: 500, body: 'failed' })
    expect(here.errors).to.have.length(1)
  })
})

function bound(site: Http2Site): Pick<Http2Site, 'store' | 'ask'> {
  return { store: site.store, ask: async (...args) => site.ask(...args) }
}

/** The code of the error that the same call throws after an `end` without a session. */
async function codeWithout(server: http2.Http2Server, act: (res: Res) => unknown): Promise<unknown> {
  const port = await new Promise<number>(resolve => server.listen(0, () => resolve((server.address() as { port: number }).port)))
  const client = http2.connect(`http://localhost:${port}`)
  const code = await new Promise(resolve => {
    server.on('request', (_, res) => {
      res.end('text')
      resolve(codeOf(() => act(res as Res)))
    })
    client
      .request()
      .on('error', () => {})
      .resume()
  })
  client.destroy()
  server.close()
  return code
}
