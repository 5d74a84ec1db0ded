import { expect } from 'chai'
import { once } from 'node:events'
import http2 = require('node:http2')
import { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session } from '../support/subject'
import { turns, useServers, Wire } from '../support/wire'
import { writingSocket } from '../support/writing-socket'
import { Http2Site } from './http2-site'
import { plain, stage, type FateName } from './stage'

type State = Record<string, unknown>

const FAILURE = new Error('enough')

/** The properties of a response that servers, frameworks and loggers read. `_header` is a string, of which they only check the presence. */
const READ = [
  'headersSent',
  '_headerSent',
  'finished',
  'writableEnded',
  'writableFinished',
  'closed',
  'destroyed',
  'errored',
  'statusCode',
  'statusMessage',
] as const

function stateOf(res: ServerResponse): State {
  const fields = res as unknown as Record<string, unknown>
  const state = Object.fromEntries(READ.filter(name => name in res && !isWarned(res, name)).map(name => [name, fields[name]]))
  return { ...state, _header: Boolean(fields._header) }
}

/** HTTP/2 has no statusMessage, and emits a warning when it is read. */
function isWarned(res: ServerResponse, name: string): boolean {
  return name === 'statusMessage' && 'stream' in res
}

/** Each records the state after the call that its name ends with. */
const SCRIPTS: Record<string, (res: ServerResponse) => unknown> = {
  'nothing was called': () => {},
  'write(text)': res => res.write('text'),
  'write(bytes)': res => res.write(Buffer.from('bytes')),
  flushHeaders: res => res.flushHeaders(),
  'end()': res => res.end(),
  'end(text)': res => res.end('text'),
  'end(callback)': res => res.end(() => {}),
  'write and end': res => (res.write('te'), res.end('xt')),
  'writeHead and end': res => res.writeHead(201).end('text'),
  'writeHead and write': res => (res.writeHead(201), res.write('text')),
  'writeHead with a reason': res => res.writeHead(201, 'Made'),
  'writeHead with an empty reason': res => res.writeHead(201, ''),
  'writeHead with a reason and headers, and end': res => res.writeHead(201, 'Made', { 'X-A': 'a' }).end('text'),
  'writeHead with a status that is a string': res => res.writeHead('201' as never),
  'writeHead with a status that has a fraction, and end': res => res.writeHead(201.5).end('text'),
  'writeHead with a status without a reason': res => res.writeHead(299),
  'a reason, and writeHead': res => ((res.statusMessage = 'Made'), res.writeHead(201)),
  'a status that is a string, and end': res => ((res.statusCode = '201' as never), res.end('text')),
  'end and destroy': res => (res.end('text'), res.destroy()),
  'write and destroy': res => (res.write('text'), res.destroy()),
  'end and destroy with an error': res => (res.end('text'), res.destroy(FAILURE)),
  'end, and destroy with two errors': res => (res.end('text'), res.destroy(FAILURE), res.destroy(new Error('another'))),
  'end and end': res => (res.end('text'), res.end()),
  'a status, end, and another status': res => ((res.statusCode = 201), res.end('text'), (res.statusCode = 404)),
  'end with a status that has no body': res => ((res.statusCode = 304), res.end()),
  'end of a stream that was corked': res => (res.cork(), res.end('text')),
}

/** The state of a response that Node itself delays, because an earlier response on the connection has not ended. */
async function whilePipelined(script: (res: ServerResponse) => unknown): Promise<State[]> {
  const states: State[] = []
  const responses: ServerResponse[] = []
  const server = plain((_, res) => {
    if (responses.push(res) === 1) return
    script(res)
    states.push(stateOf(res))
  })
  const wire = (await Wire.to(server)).get().get()
  while (states.length === 0) await turns(1)
  await turns()
  states.push(stateOf(responses[1] as ServerResponse))
  for (const res of responses) res.end()
  await wire.answers(2)
  return states
}

describe('connect: the state of a delayed response', () => {
  useServers()

  for (const fate of ['saved', 'saved, or an error response'] satisfies FateName[]) {
    for (const [name, script] of Object.entries(SCRIPTS)) {
      it(`after ${name} is the same as of a response that Node delays, at once and later, if the session is ${fate}`, async () => {
        const states: State[] = []
        let response: ServerResponse | undefined
        const { server, store } = await stage(fate, (_, res) => {
          response = res
          script(res)
          states.push(stateOf(res))
        })
        const wire = (await Wire.to(server)).get()
        while (states.length === 0) await turns(1)
        await turns()
        states.push(stateOf(response as ServerResponse))
        store.open = true
        store.release()
        response?.end()
        await wire.until(text => text.includes('\r\n\r\n'))
        expect(states).to.deep.equal(await whilePipelined(script))
      })
    }
  }

  it('has a writableLength with the chunks that wait', async () => {
    const lengths: number[] = []
    let response: ServerResponse | undefined
    const { server, store } = await stage('saved', (_, res) => {
      response = res
      lengths.push(res.writableLength)
      res.write('four')
      lengths.push(res.writableLength)
      res.write(Buffer.from('bytes'))
      lengths.push(res.writableLength)
      res.end('six616', 'latin1')
      lengths.push(res.writableLength)
      res.write('late')
      lengths.push(res.writableLength)
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    await turns()
    lengths.push((response as ServerResponse).writableLength)
    store.release()
    await wire.answer()
    expect(lengths).to.deep.equal([0, 4, 9, 15, 15, 15])
    expect(Object.hasOwn(response as ServerResponse, 'writableLength')).to.equal(false)
  })

  it('becomes that of a finished response when it is sent', async () => {
    let response: ServerResponse | undefined
    const { server, store } = await stage('saved', (_, res) => {
      response = res
      res.write('te')
      res.end('xt')
    })
    const wire = (await Wire.to(server)).get()
    const closed = once((await once(server, 'request'))[1] as ServerResponse, 'close')
    await store.waits()
    store.open = true
    store.release()
    await wire.answer()
    await closed
    expect(stateOf(response as ServerResponse)).to.deep.include({
      headersSent: true,
      _header: true,
      finished: true,
      writableEnded: true,
      writableFinished: true,
      closed: true,
      destroyed: true,
      statusCode: 200,
      statusMessage: 'OK',
    })
    expect(
      Object.keys(response as object).filter(name =>
        ['headersSent', 'writableEnded', 'writableFinished', 'writableLength', 'writableNeedDrain'].includes(name),
      ),
    ).to.deep.equal([])
  })

  it('has no getters of its own, which would make V8 treat all responses as dictionaries', async () => {
    let getters: unknown[] = []
    const { server, store } = await stage('saved', (_, res) => {
      res.write('te')
      res.end('xt')
      const own = Object.entries(Object.getOwnPropertyDescriptors(res))
      getters = own.filter(([, { get }]) => get).map(([name]) => name)
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    await wire.answer()
    expect(getters).to.deep.equal([])
  })

  it('has a _header with the status line and the known headers', async () => {
    let header: unknown
    const held = await stage('saved', (_, res) => {
      res.statusCode = 404
      res.setHeader('X-A', ['a', 'b'])
      res.end('text')
      header = (res as unknown as { _header: unknown })._header
    })
    const wire = (await Wire.to(held.server)).get()
    await held.store.waits()
    held.store.release()
    await wire.answer()
    expect(header).to.match(/^HTTP\/1\.1 404 Not Found\r\nx-a: a,b\r\n/)
  })

  it('has writableNeedDrain from the first write that returned false until the drain', async () => {
    const needed: boolean[] = []
    let response: ServerResponse | undefined
    const { server, store } = await stage('saved', (_, res) => {
      response = res
      needed.push(res.writableNeedDrain)
      res.write('text')
      needed.push(res.writableNeedDrain)
      res.on('drain', () => needed.push(res.writableNeedDrain))
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.open = true
    store.release()
    await wire.until(text => text.includes('text'))
    response?.end()
    expect(needed).to.deep.equal([false, true, false])
  })

  it('has no writableNeedDrain after end', async () => {
    let needed: unknown
    const { server, store } = await stage('saved', (_, res) => {
      res.write('te')
      res.end('xt')
      needed = res.writableNeedDrain
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    await wire.answer()
    expect(needed).to.equal(false)
  })

  it('is also correct for a pipelined response, which gets its socket while it waits', async () => {
    const prefinished: string[] = []
    const states: State[] = []
    const { server, store } = await stage('saved', (req, res) => {
      res.on('prefinish', () => prefinished.push(req.url as string))
      res.end(req.url)
      states.push(stateOf(res))
    })
    const wire = (await Wire.to(server)).get('/1').get('/2')
    while (store.asked.length < 2) await turns(1)
    store.release()
    expect((await wire.answers(2)).map(({ body }) => body)).to.deep.equal(['/1', '/2'])
    expect(prefinished).to.deep.equal(['/1', '/2'])
    expect(states[1]).to.deep.include({ headersSent: true, writableEnded: true, writableFinished: false, destroyed: false })
  })

  it('does not report the end of a response whose adapter captures the body', async () => {
    const store = new GateStore()
    const req = { url: '/', method: 'GET', headers: {} } as Req
    const res = new ServerResponse(req)
    res.assignSocket(writingSocket((_, __, done) => (done as (() => void) | undefined)?.()))
    await new Promise<void>(resolve => session({ ...QUIET, store })(req, res, () => resolve()))
    data(req).user = 'ada'
    res.end('text')
    expect(stateOf(res)).to.deep.include({
      headersSent: true,
      _header: true,
      finished: false,
      writableEnded: false,
      writableFinished: false,
    })
    const finished = once(res, 'finish')
    store.release()
    await finished
    expect(stateOf(res)).to.deep.include({ headersSent: true, finished: true, writableEnded: true })
  })

  for (const [name, guard] of Object.entries({
    headersSent: (res: ServerResponse) => res.headersSent,
    _header: (res: ServerResponse) => Boolean((res as unknown as { _header: unknown })._header),
    finished: (res: ServerResponse) => res.finished,
    writableEnded: (res: ServerResponse) => res.writableEnded,
  })) {
    it(`prevents an error handler that reads ${name} from responding again`, async () => {
      const { server, store } = await stage('saved', (_, res) => {
        res.end('first')
        if (!guard(res)) res.writeHead(500).end('second')
      })
      const wire = (await Wire.to(server)).get()
      await store.waits()
      store.release()
      expect(await wire.answer()).to.include({ line: 'HTTP/1.1 200 OK', body: 'first' })
    })
  }
})

describe('connect: the state of a delayed HTTP/2 response', () => {
  let site: Http2Site | undefined
  afterEach(() => site?.close())

  /** The state within the tick of the calls, when nothing is sent. */
  const bare = async (script: (res: ServerResponse) => unknown): Promise<State> => {
    const server = http2.createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const stream = client.request().resume()
    const [, res] = (await once(server, 'request')) as [unknown, ServerResponse]
    script(res)
    const state = stateOf(res)
    res.end()
    await once(stream, 'close')
    client.close()
    server.close()
    return state
  }

  // A reason is of HTTP/1 only, and destroy resets the stream before it is sent
  for (const [name, script] of Object.entries(SCRIPTS).filter(([name]) => !/another status|reason|destroy|string|fraction/.test(name))) {
    it(`after ${name} is the same as without a session`, async () => {
      const expected = await bare(script)
      let state: State = {}
      const here = (site = new Http2Site(false, (req, res) => {
        data(req).user = 'ada'
        script(res as unknown as ServerResponse)
        state = stateOf(res as unknown as ServerResponse)
        if (!res.writableEnded) setImmediate(() => res.end())
      }))
      const asked = await here.ask()
      await here.store.waits()
      here.store.open = true
      here.store.release()
      await asked.reply
      expect(state).to.deep.equal(expected)
    })
  }
})
