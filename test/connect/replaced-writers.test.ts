import { expect } from 'chai'
import express = require('express')
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync, writeFileSync, type ReadStream } from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, pipeline, Readable, Stream, Writable } from 'node:stream'
import { finished, pipeline as pipe } from 'node:stream/promises'
import { promisify } from 'node:util'
import { FaultyStore } from '../support/faulty-store'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { QUIET, Site, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { turns, useServers, Wire } from '../support/wire'
import { Http2Site } from './http2-site'

const load = createRequire(__filename)

const SECRET = 'x'.repeat(16_384)
/** Larger than the buffers of a connection, so that the error page has to wait for 'drain'. */
const PAGE = 'E'.repeat(4_000_000)

let folder = ''
const file = (): string => join(folder, 'secret')
const pageFile = (): string => join(folder, 'page')

function* secrets(): Generator<string> {
  for (let i = 0; i < 50; i++) yield SECRET
}

/** A source of the streams that came before those of Node 0.10. */
function oldStream(): Stream {
  const source = new Stream() as Stream & { pause(): void; resume(): void }
  let sent = 0
  let isPaused = false
  source.pause = () => (isPaused = true)
  source.resume = () => {
    isPaused = false
    while (!isPaused && sent++ < 50) source.emit('data', SECRET)
    if (sent >= 50) source.emit('end')
  }
  process.nextTick(() => source.resume())
  return source
}

type Done = (err?: Error | null) => void

type Write = (res: ServerResponse) => unknown

const ignore = (): void => {}

/** Handlers that wait for 'drain' between their writes. */
const WRITERS: Record<string, Write> = {
  'pipe of a file': res => createReadStream(file()).pipe(res),
  'pipe of a stream': res => Readable.from(secrets()).pipe(res),
  'pipe of an old stream': res => oldStream().pipe(res as never),
  'pipeline of a file': res => pipeline(createReadStream(file()), res, ignore),
  'pipeline of a generator': res => void pipe(secrets, res).catch(ignore),
  'pipeline of an async generator': res =>
    void pipe(async function* () {
      for await (const text of Readable.from(secrets())) yield text as string
    }, res).catch(ignore),
  'pipeTo of a web stream': res =>
    void Readable.toWeb(Readable.from(secrets()))
      .pipeTo(Writable.toWeb(res) as never)
      .catch(ignore),
  'a loop that awaits drain': async res => {
    for (const text of secrets()) if (!res.write(text)) await new Promise(resolve => res.once('drain', resolve))
    res.end()
  },
  'a loop that awaits once()': async res => {
    for (const text of secrets()) if (!res.write(text)) await once(res, 'drain')
    res.end()
  },
  'a pipeline whose callback destroys the response': res => pipeline(createReadStream(file()), res, () => res.destroy()),
  'a pipeline whose callback destroys the socket': res => pipeline(createReadStream(file()), res, () => res.req.socket.destroy()),
}

const PAGES: Record<string, Write> = {
  end: res => res.end(PAGE),
  'pipe of a file': res => createReadStream(pageFile()).pipe(res),
  'pipeline of a stream': res => pipeline(Readable.from(PAGE.match(/E{1,40000}/g) ?? []), res, ignore),
}

/** A session that cannot be stored. */
interface Failing {
  readonly options: Partial<SessionOptions>
  readonly change: (req: Req) => void
  /** Fails the save, if it has not failed yet. */
  readonly fail: () => Promise<void>
}

const login = (req: Req): void => void (data(req).user = 'ada')

const FAILURES: Record<string, () => Failing> = {
  'a store that fails later': () => {
    const store = new GateStore()
    const fail = async (): Promise<void> => {
      await store.waits()
      await turns()
      store.open = true
      store.release(new Error('store down'))
    }
    return { options: { store, saveErrors: 'fail' }, change: login, fail }
  },
  'a store that fails at once': () => {
    const store = new FaultyStore()
    store.fail('set', new Error('store down'))
    return { options: { store, saveErrors: 'fail' }, change: login, fail: async () => {} }
  },
  'a circular session': () => ({ options: {}, change: req => void (data(req).self = req.session), fail: async () => {} }),
}

/** A connection with a request whose response is replaced. */
async function replace({ options, change, fail }: Failing, writer: Write, page: Write): Promise<Wire> {
  const middleware = session({ ...QUIET, ...options })
  const server = createServer((req, res) =>
    middleware(req as Req, res, err => {
      if (err) {
        res.statusCode = 500
        return void page(res)
      }
      if (req.url === '/next') return void res.end('next')
      change(req as Req)
      writer(res)
    }),
  )
  const wire = await Wire.to(server)
  wire.socket.pause()
  wire.get()
  await fail()
  // The error page fills the buffers of the connection
  await turns(50)
  wire.socket.resume()
  return wire
}

describe('connect: the writer of a response that is replaced', () => {
  useServers()

  const leaks: Error[] = []
  const onWarning = (warning: Error): void => void (warning.name === 'MaxListenersExceededWarning' && leaks.push(warning))
  before(() => process.on('warning', onWarning))
  after('leaves no listeners that a writer of the error page could exceed the limit with', async () => {
    await turns()
    process.off('warning', onWarning)
    expect(leaks).to.deep.equal([])
  })

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'resession-replaced-'))
    writeFileSync(file(), SECRET.repeat(50))
    writeFileSync(pageFile(), PAGE)
  })

  after(() => rmSync(folder, { recursive: true }))

  for (const [why, failing] of Object.entries(FAILURES)) {
    for (const [how, writer] of Object.entries(WRITERS)) {
      for (const [what, page] of Object.entries(PAGES)) {
        it(`${why}: the error page is alone if the response is ${how}, and the page ${what}`, async () => {
          const wire = await replace(failing(), writer, page)
          await wire.until(text => text.length > PAGE.length)
          const { line, body } = await wire.answer()
          expect([line, body.length, body === PAGE]).to.deep.equal(['HTTP/1.1 500 Internal Server Error', PAGE.length, true])
          await turns()
          const [, second] = await wire.get('/next').answers(2)
          expect(second).to.include({ line: 'HTTP/1.1 200 OK', body: 'next' })
        })
      }
    }

    for (const [how, close] of Object.entries({
      'res.destroy': res => res.destroy(),
      'res.destroy later': res => setImmediate(() => res.destroy()),
      'req.destroy': res => res.req.destroy(),
      'socket.destroy': res => res.req.socket.destroy(),
      'socket.end after its page': res => (res.end('failed'), res.req.socket.end()),
    } satisfies Record<string, Write>)) {
      for (const [what, writer] of Object.entries({
        text: res => res.end('text'),
        ...(how.includes('later') || how.includes('page') ? {} : { 'pipe of a file': WRITERS['pipe of a file'] as Write }),
      } satisfies Record<string, Write>)) {
        it(`${why}: an error handler that calls ${how} closes the connection of a response that is ${what}`, async () => {
          const wire = await replace(failing(), writer, close)
          expect(await wire.rest()).to.match(how.includes('page') ? /failed$/ : /^$/)
        })
      }
    }

    it(`${why}: a file that was piped is closed`, async () => {
      let source: ReadStream | undefined
      const wire = await replace(
        failing(),
        res => (source = createReadStream(file())).pipe(res),
        res => res.end('failed'),
      )
      expect((await wire.answer()).body).to.equal('failed')
      expect(source?.destroyed).to.equal(true)
    })

    it(`${why}: a file that is piped to another stream too stays open`, async () => {
      let source: ReadStream | undefined
      const copy = new PassThrough()
      const wire = await replace(
        failing(),
        res => {
          source = createReadStream(file())
          source.pipe(copy)
          source.pipe(res)
        },
        res => res.end('failed'),
      )
      expect((await wire.answer()).body).to.equal('failed')
      expect(source?.destroyed).to.equal(false)
      let length = 0
      for await (const chunk of copy) length += (chunk as Buffer).length
      expect(length).to.equal(SECRET.length * 50)
    })

    it(`${why}: a request that is piped into its response stays open`, async () => {
      const wire = await replace(
        failing(),
        res => res.req.pipe(res),
        res => res.end('failed'),
      )
      expect((await wire.answer()).body).to.equal('failed')
      const [, second] = await wire.get('/next').answers(2)
      expect(second?.body).to.equal('next')
    })

    for (const [how, start] of Object.entries({
      'a pipeline of a generator': res => pipe(secrets, res),
      'a pipeline of a stream': res => pipe(Readable.from(secrets()), res),
      'a pipeline of a file': res => pipe(createReadStream(file()), res),
      'pipeTo of a web stream': res => Readable.toWeb(Readable.from(secrets())).pipeTo(Writable.toWeb(res) as never),
      'finished after a write': res => (res.write(SECRET), finished(res)),
    } satisfies Record<string, (res: ServerResponse) => Promise<unknown>>)) {
      it(`${why}: ${how} fails`, async () => {
        let failed: Promise<unknown> | undefined
        const wire = await replace(
          failing(),
          res =>
            (failed = start(res).then(
              () => 'done',
              (err: { code: unknown }) => err,
            )),
          res => res.end('failed'),
        )
        expect((await wire.answer()).body).to.equal('failed')
        expect(await failed).to.be.an.instanceOf(Error)
      })
    }

    it(`${why}: other listeners hear the end of the error page only`, async () => {
      const heard: string[] = []
      const wire = await replace(
        failing(),
        res => {
          for (const event of ['close', 'finish', 'error']) res.on(event, () => heard.push(event))
          createReadStream(file()).pipe(res)
        },
        res => (heard.push('page'), res.end('failed')),
      )
      await wire.answer()
      await turns()
      expect(heard).to.deep.equal(['page', 'finish', 'close'])
    })
  }

  for (const [how, writer] of Object.entries({
    'a pipeline': async res => pipe(createReadStream(file()), res),
    'a pipeline of a generator': async res => pipe(secrets, res),
    'pipeTo of a web stream': async res => Readable.toWeb(Readable.from(secrets())).pipeTo(Writable.toWeb(res) as never),
    'the callback of write': async res => promisify((done: Done) => res.write(SECRET, done))(),
    'the callback of end': async res => promisify((done: Done) => res.end(SECRET, done as () => void))(),
  } satisfies Record<string, (res: ServerResponse) => Promise<unknown>>)) {
    for (const version of ['express', 'express-4']) {
      for (const [why, failing] of Object.entries(FAILURES)) {
        it(`${why}: the error handlers of ${version} respond to it, and not to that of ${how}`, async () => {
          const { options, change, fail } = failing()
          const app = (load(version) as typeof express)()
          app.use(session({ ...QUIET, ...options }) as unknown as RequestHandler)
          app.use((req, res, next) => {
            change(req as unknown as Req)
            writer(res).catch(next)
          })
          const handle: ErrorRequestHandler = (err: Error, _req, res, _next) => {
            res.status(500).send(/store down|circular/.exec(err.message)?.[0] ?? err.message)
          }
          app.use(handle)
          const wire = (await Wire.to(createServer(app as unknown as RequestListener))).get()
          await fail()
          expect((await wire.answer()).body).to.be.oneOf(['store down', 'circular'])
        })
      }
    }
  }

  it('a middleware before the session that follows the response hears the end of the error page', async () => {
    const heard: unknown[] = []
    const store = new FaultyStore()
    store.fail('set', new Error('store down'))
    const patch = (_: Req, res: ServerResponse): void =>
      void finished(res).then(
        () => heard.push(res.statusCode),
        () => heard.push('failed'),
      )
    const { server } = new Site({ store, saveErrors: 'fail' }, (req, res) => (login(req), createReadStream(file()).pipe(res)), patch)
    expect((await (await Wire.to(server)).get().answer()).body).to.equal('store down')
    await turns()
    expect(heard).to.deep.equal([500])
  })

  for (const [how, writer] of Object.entries(WRITERS)) {
    if (how.includes('socket')) continue
    it(`on HTTP/2: the error page is alone if the response is ${how}`, async () => {
      const site = new Http2Site(false, (req, res) => (login(req), writer(res as never)), { saveErrors: 'fail' })
      try {
        const asked = await site.ask()
        await site.store.waits()
        await turns()
        site.store.release(new Error('store down'))
        const { status, body } = await asked.reply
        expect([status, body]).to.deep.equal([500, 'failed'])
      } finally {
        site.close()
      }
    })
  }
})
