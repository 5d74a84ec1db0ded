import { expect } from 'chai'
import { sign } from 'cookie-signature'
import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { QUIET, Site, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { turns, useServers, Wire } from '../support/wire'
import { compress } from './compression'
import type { Patch, Patchable } from './patching-middleware'

const load = createRequire(__filename)

const ID = 'a-session-that-is-known'
const COOKIE = `Cookie: connect.sid=${encodeURIComponent(`s:${sign(ID, QUIET.secret as string)}`)}`
const RECORD = { cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }, user: 'ada' }

const middleware = (name: string): Patch => {
  const handler = (load(name) as () => (req: Req, res: ServerResponse, next: () => void) => void)()
  return (req, res) => handler(req, res, () => {})
}

/** Wraps `write` and `end`, each with a function that passes on the call. */
const wrapping =
  (wrap: (call: () => unknown) => unknown): Patch =>
  (_, res) => {
    const patched = res as unknown as Patchable
    const { write, end } = patched
    patched.write = (...args) => wrap(() => write.apply(res, args))
    patched.end = (...args) => wrap(() => end.apply(res, args))
  }

/** Middlewares before the session. Most of them pass to Node later what they have received. */
const BEFORE: Record<string, Patch> = {
  compression: middleware('compression'),
  'compression 1.7': middleware('compression-1.7'),
  'a stand-in for compression': (req, res) => compress(req, res, 1),
  'one that passes on chunks in a later turn': wrapping(call => void setImmediate(call)),
  'one that passes on chunks at once': wrapping(call => call()),
}

interface Late {
  readonly options?: Partial<SessionOptions>
  /** What the handler does after its first chunk. */
  readonly act: (req: Req) => unknown
}

/** Why the end of a response waits for the store, although its first chunk did not. */
const LATE: Record<string, Late> = {
  'a change': { act: req => (data(req).views = 1) },
  'a save that is not awaited': { act: req => ((data(req).views = 1), req.session.save()) },
  'an update that is not awaited': { act: req => session.update(req, record => void ((record as Record<string, unknown>).views = 1)) },
  'a touch, with awaitTouch: true': { options: { awaitTouch: true }, act: () => {} },
  "req.session = null, with unset: 'destroy'": { options: { unset: 'destroy' }, act: req => (req.session = null as never) },
}

const REST = 'x'.repeat(5000)
/** Cannot be compressed, and does not fit into the buffers of a connection. */
const NOISE = randomBytes(3_000_000).toString('base64')
/** What a slow client reads before the end is released. */
const MOST = 2_500_000

/** RFC 9112 section 7.1 */
const LAST_CHUNK = '\r\n0\r\n\r\n'

interface Way {
  /** Whether the client reads nothing before the end waits. */
  readonly isSlow?: boolean
  readonly body: string
  respond(res: ServerResponse, act: () => unknown): unknown
}

const WAYS: Record<string, Way> = {
  'write and end': { body: `<head>${REST}`, respond: (res, act) => (res.write('<head>'), act(), res.end(REST)) },
  pipe: {
    body: `<head>${REST}`,
    respond: (res, act) =>
      Readable.from(
        (async function* () {
          yield '<head>'
          act()
          yield REST
        })(),
      ).pipe(res),
  },
  'write, flush and end': {
    body: `<head>${REST}`,
    respond: (res, act) => (res.write('<head>'), (res as ServerResponse & { flush?(): void }).flush?.(), act(), res.end(REST)),
  },
  'a large body for a slow client': { isSlow: true, body: NOISE, respond: (res, act) => (res.write(NOISE), act(), res.end()) },
}

function bodyOf({ headers, body }: { headers: string[]; body: string }): string {
  return headers.includes('content-encoding: gzip') ? gunzipSync(Buffer.from(body, 'latin1')).toString() : body
}

describe('connect: an end that waits for the store after the first chunk was sent', () => {
  useServers()

  for (const [before, patch] of Object.entries(BEFORE)) {
    for (const [why, { options, act }] of Object.entries(LATE)) {
      for (const [how, { isSlow, body, respond }] of Object.entries(WAYS)) {
        // The large body takes long: each middleware with one reason, and each reason with one middleware
        if (isSlow && before !== 'compression' && why !== 'a change') continue
        it(`behind ${before}: ${why}, and ${how}`, async () => {
          const store = new GateStore()
          store.open = true
          await new Promise(resolve => store.set(ID, RECORD as never, resolve))
          store.open = false
          const handler = (req: Req, res: ServerResponse): void => {
            res.setHeader('Content-Type', 'text/plain')
            respond(res, () => act(req))
          }
          const { server, errors } = new Site({ ...options, store }, handler, patch)
          const wire = (await Wire.to(server)).get('/', 'Accept-Encoding: gzip', COOKIE)
          if (isSlow) wire.socket.pause()
          await store.waits()
          await turns()
          wire.socket.resume()
          // What the middleware passes on arrives while the end waits
          await wire.until(text => text.length > (isSlow ? MOST : 0))
          await turns()
          store.open = true
          store.release()
          await wire.until(text => text.endsWith(LAST_CHUNK))
          const answer = await wire.answer()
          expect(answer.line).to.equal('HTTP/1.1 200 OK')
          expect(bodyOf(answer) === body).to.equal(true)
          expect(errors).to.deep.equal([])
        })
      }
    }

    it(`behind ${before}, a guard that reads writableEnded holds`, async () => {
      const store = new GateStore()
      store.open = true
      await new Promise(resolve => store.set(ID, RECORD as never, resolve))
      store.open = false
      const ended: boolean[] = []
      const { server } = new Site(
        { store },
        (req, res) => {
          res.setHeader('Content-Type', 'text/plain')
          res.write('<head>')
          data(req).views = 1
          ended.push(res.writableEnded)
          res.end(REST)
          ended.push(res.writableEnded, res.writableFinished)
        },
        patch,
      )
      const wire = (await Wire.to(server)).get('/', 'Accept-Encoding: gzip', COOKIE)
      await store.waits()
      store.release()
      expect(bodyOf(await wire.answer())).to.equal(`<head>${REST}`)
      expect(ended).to.deep.equal([false, true, false])
    })
  }

  it('without a middleware before the session: a body that the client has not read yet arrives completely', async () => {
    const { respond } = WAYS['a large body for a slow client'] as Way
    const store = new GateStore()
    const { server } = new Site({ store }, (req, res) => respond(res, () => (data(req).views = 1)))
    const wire = (await Wire.to(server)).get()
    wire.socket.pause()
    await store.waits()
    wire.socket.resume()
    await wire.until(text => text.length > MOST)
    store.release()
    expect((await wire.answer()).body === NOISE).to.equal(true)
  })
})
