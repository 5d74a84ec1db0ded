import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { FaultyStore } from '../support/faulty-store'
import { data } from '../support/handlers'
import { Site } from '../support/site'
import { turns, useServers, Wire } from '../support/wire'
import { stage } from './stage'

type Named = (name: string) => (err?: NodeJS.ErrnoException | null) => void

/** Calls with callbacks, which are named. */
const CALLS: Record<string, (res: ServerResponse, named: Named) => unknown> = {
  'end(chunk, callback)': (res, named) => res.end('text', named('end')),
  'end(chunk, encoding, callback)': (res, named) => res.end('text', 'latin1', named('end')),
  'end(callback)': (res, named) => res.end(named('end')),
  'write(chunk, callback)': (res, named) => res.write('text', named('write')),
  'write(chunk, encoding, callback)': (res, named) => res.write('text', 'latin1', named('write')),
  'writes and an end': (res, named) => (res.write('a', named('first')), res.write('b', named('second')), res.end('c', named('end'))),
  'writeHead, write and end': (res, named) => (res.writeHead(201), res.write('a', named('write')), res.end(named('end'))),
  'two ends': (res, named) => (res.end('text', named('end')), res.end(named('again'))),
  'end and a late write': (res, named) => (res.end('text', named('end')), res.write('late', named('late'))),
}

/** The callbacks that were called, with the code of their error, in order. */
class Heard {
  readonly names: string[] = []
  readonly called: string[] = []

  readonly named: Named = name => {
    this.names.push(name)
    return err => this.called.push(`${name}: ${err?.code ?? 'done'}`)
  }

  /** Each callback was called once, because its call was dropped. */
  check(): void {
    expect(this.called).to.deep.equal(this.names.map(name => `${name}: ERR_STREAM_DESTROYED`))
  }
}

describe('connect: the callbacks of calls that are dropped', () => {
  useServers()

  for (const [what, call] of Object.entries(CALLS)) {
    it(`${what}: each is called once if an error response is sent instead, with a store that fails later`, async () => {
      const heard = new Heard()
      const { server, store } = await stage('saved, or an error response', (_, res) => call(res, heard.named))
      const wire = (await Wire.to(server)).get()
      await store.waits()
      await turns()
      expect(heard.called).to.deep.equal([])
      store.release(new Error('store down'))
      expect(await wire.answer()).to.include({ line: 'HTTP/1.1 500 Internal Server Error', body: 'store down' })
      await turns()
      heard.check()
    })

    it(`${what}: each is called once if an error response is sent instead, with a store that fails at once`, async () => {
      const heard = new Heard()
      const store = new FaultyStore()
      store.fail('set', new Error('store down'))
      const { server } = new Site({ store, saveErrors: 'fail' }, (req, res) => {
        data(req).user = 'ada'
        call(res, heard.named)
      })
      const wire = (await Wire.to(server)).get()
      expect(await wire.answer()).to.include({ line: 'HTTP/1.1 500 Internal Server Error', body: 'store down' })
      await turns()
      heard.check()
    })
  }

  it('a handler that awaits its response goes on', async () => {
    let code: unknown
    const { server, store } = await stage('saved, or an error response', async (_, res) => {
      const err = await new Promise<NodeJS.ErrnoException | undefined>(resolve => res.end('text', resolve as () => void))
      code = err?.code
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release(new Error('store down'))
    await wire.answer()
    await turns()
    expect(code).to.equal('ERR_STREAM_DESTROYED')
  })

  it('those of a method that a middleware has kept are called once after the error response', async () => {
    const heard = new Heard()
    const { server, store } = await stage('saved, or an error response', async (_, res) => {
      const { write, end } = res
      await new Promise(resolve => res.end('text', resolve as () => void))
      await turns()
      write.call(res, 'late', 'latin1', heard.named('write'))
      end.call(res, 'late', 'latin1', heard.named('end') as () => void)
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release(new Error('store down'))
    expect((await wire.answer()).body).to.equal('store down')
    await turns(60)
    heard.check()
  })

  it('those of a call that Node refuses, and of the calls behind it, are called once', async () => {
    const heard = new Heard()
    const { server, store } = await stage('saved', (_, res) => {
      res.strictContentLength = true
      res.setHeader('Content-Length', 10)
      res.write('text')
      res.end(heard.named('end'))
      res.write('late', heard.named('late'))
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    await wire.rest()
    await turns()
    heard.check()
  })
})
