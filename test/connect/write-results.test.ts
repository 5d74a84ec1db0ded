import { expect } from 'chai'
import { ServerResponse, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session } from '../support/subject'
import { turns, useServers, Wire } from '../support/wire'
import { writingSocket } from '../support/writing-socket'
import { FATES, stage, type FateName } from './stage'

type Write = (...args: unknown[]) => unknown

/** How a body logger before the session wraps `write` and `end`. */
const RETURNS: Record<string, (write: Write) => Write> = {
  nothing: write =>
    function (this: unknown, ...args) {
      write.apply(this, args)
    },
  null: write =>
    function (this: unknown, ...args) {
      write.apply(this, args)
      return null
    },
  true: write =>
    function (this: unknown, ...args) {
      write.apply(this, args)
      return true
    },
  'a text': write =>
    function (this: unknown, ...args) {
      write.apply(this, args)
      return 'ok'
    },
  "Node's value": write =>
    function (this: unknown, ...args) {
      return write.apply(this, args)
    },
}

const VALUES: Record<string, unknown> = { nothing: undefined, null: null, true: true, 'a text': 'ok', "Node's value": true }

const PIECES = Array.from({ length: 40 }, (_, index) => String(index % 10).repeat(16 * 1024))

function patch(res: ServerResponse, returns: (write: Write) => Write): void {
  const patched = res as unknown as Record<'write' | 'end', Write>
  patched.write = returns(patched.write)
  patched.end = returns(patched.end)
}

describe('connect: return values of write and end', () => {
  useServers()

  for (const fate of Object.keys(FATES) as FateName[]) {
    for (const [what, returns] of Object.entries(RETURNS)) {
      it(`are ${what}, as from the patched method, if the session is ${fate}`, async () => {
        const returned: unknown[] = []
        const { server, store, headers } = await stage(
          fate,
          (_, res) => void returned.push(res.write('te'), (res.end as Write)('xt')),
          (_, res) => patch(res, returns),
        )
        store.open = true
        const wire = (await Wire.to(server)).get('/', ...headers)
        expect((await wire.answer()).body).to.equal('text')
        expect(returned[0]).to.equal(VALUES[what])
        if (what !== "Node's value") expect(returned[1]).to.equal(VALUES[what])
        else expect(returned[1]).to.be.instanceOf(ServerResponse)
      })

      it(`do not stop a piped stream if they are ${what}, with a session that is ${fate}`, async () => {
        for (const open of [true, false]) {
          const { server, store, headers } = await stage(
            fate,
            (_, res) => void Readable.from(PIECES).pipe(res),
            (_, res) => patch(res, returns),
          )
          store.open = open
          const wire = (await Wire.to(server)).get('/', 'Connection: close', ...headers)
          if (!open && FATES[fate].asks.length > 0) {
            await store.waits()
            await turns()
            store.open = true
            store.release()
          }
          await wire.rest()
          expect((await wire.answer()).body === PIECES.join('')).to.equal(true)
        }
      })
    }
  }

  it('are false for a delayed write, and the response for end', async () => {
    const returned: unknown[] = []
    const { server, store } = await stage(
      'saved',
      (_, res) => void returned.push(res.write('te'), res.end('xt') === res),
      (_, res) => patch(res, RETURNS.nothing as (write: Write) => Write),
    )
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    expect((await wire.answer()).body).to.equal('text')
    expect(returned).to.deep.equal([false, true])
  })
})

/** A response without a network, as of test tools and serverless adapters. */
class Recorder extends ServerResponse {
  readonly chunks: string[] = []

  /** @param result the return value of the socket's `write`; if it is undefined there is no socket, and Node buffers everything */
  constructor(req: IncomingMessage, result: { readonly value: unknown } | undefined) {
    super(req)
    if (!result) return
    const socket = writingSocket((chunk, _, done) => {
      this.chunks.push(String(chunk))
      if (typeof done === 'function') process.nextTick(done as () => void)
      return result.value
    })
    this.assignSocket(socket)
  }

  /** As in light-my-request: Node's own result says that its buffer is full, although the adapter has taken the chunk. */
  override write(...args: unknown[]): boolean {
    super.write(...(args as [string]))
    return true
  }
}

describe('connect: responses without a network', () => {
  for (const [name, result] of Object.entries({
    'no socket': undefined,
    'a socket whose write returns nothing': { value: undefined },
    'a socket whose write returns true': { value: true },
  })) {
    for (const change of [false, true]) {
      for (const later of [false, true]) {
        it(`a stream piped through ${name} arrives completely, with ${change ? 'a changed' : 'an unchanged'} session and a store that calls back ${later ? 'later' : 'at once'}`, async () => {
          const store = new GateStore()
          store.open = !later
          const req = { url: '/', method: 'GET', headers: {}, httpVersionMajor: 1, httpVersionMinor: 1 } as Req
          const res = new Recorder(req, result)
          await new Promise<void>(resolve => session({ ...QUIET, store })(req, res, () => resolve()))
          if (change) data(req).user = 'ada'
          const source = Readable.from(PIECES)
          const drained = new Promise(resolve => source.on('end', resolve))
          source.pipe(res)
          if (change && later) await store.waits()
          await turns()
          store.open = true
          store.release()
          await drained
          expect(store.asked).to.deep.equal(change ? ['set'] : [])
          if (result) expect(res.chunks.join('').includes((PIECES.at(-1) as string).slice(0, 100))).to.equal(true)
        })
      }
    }
  }
})
