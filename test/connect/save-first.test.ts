import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { countWrites, turns, useServers, Wire } from '../support/wire'
import { FATES, plain, stage, type FateName, withheld } from './stage'

type Respond = (res: ServerResponse) => unknown

const WHOLE: Record<string, Respond> = {
  'end with text': res => res.end('text'),
  'end with bytes': res => res.end(Buffer.alloc(100_000, 'a')),
  'end without a chunk': res => res.end(),
  'status 204': res => ((res.statusCode = 204), res.end()),
  redirect: res => ((res.statusCode = 302), res.setHeader('Location', '/home'), res.end()),
  'redirect by writeHead': res => res.writeHead(302, { Location: '/home' }).end(),
  'Content-Length set': res => (res.setHeader('Content-Length', 4), res.end('text')),
  'chunked by the app': res => (res.setHeader('Transfer-Encoding', 'chunked'), res.end('text')),
}

const IN_PARTS: Record<string, Respond> = {
  'write and end': res => (res.write('te'), res.end('xt')),
  'writeHead, write and end': res => (res.writeHead(200), res.write('te'), res.end('xt')),
  'three writes and end': res => (res.write('t'), res.write(Buffer.from('e')), res.write('x'), res.end('t')),
  'write under a cork': res => (res.cork(), res.write('te'), res.write('xt'), res.uncork(), res.end()),
}

const FLUSHED: Record<string, Respond> = {
  flushHeaders: res => res.flushHeaders(),
  'flushHeaders after writeHead': res => res.writeHead(200).flushHeaders(),
  'flushHeaders and end': res => (res.flushHeaders(), res.end('text')),
  'a write that is not the last': res => res.write('te'),
}

/**
 * Checks that no byte is sent before the store calls back.
 *
 * @returns the response after it
 */
async function hold(fate: FateName, respond: Respond): Promise<{ writes: { count: number }; wire: Wire }> {
  const { server, store, headers } = await stage(fate, (_, res) => void respond(res))
  const writes = countWrites(server)
  const wire = (await Wire.to(server)).get('/', ...headers)
  await store.waits()
  await turns()
  expect({ text: wire.text, writes: writes.count }).to.deep.equal({ text: '', writes: 0 })
  expect(store.asked).to.deep.equal(FATES[fate].asks)
  store.release()
  await wire.until(text => text.includes('\r\n\r\n'))
  return { writes, wire }
}

describe('connect: no response before the save', () => {
  useServers()

  it('(precondition: sent bytes arrive within the turns that these tests wait)', async () => {
    const wire = (await Wire.to(plain((_, res) => void res.write('te')))).get()
    await turns()
    expect(wire.text).to.include('te')
  })

  for (const fate of ['saved', 'touched', 'destroyed'] as const) {
    for (const [what, respond] of Object.entries(WHOLE)) {
      it(`${what}: no byte before the session is ${fate}, then all in one write`, async () => {
        const { writes, wire } = await hold(fate, respond)
        expect(writes.count).to.equal(1)
        expect((await wire.answer()).line).to.match(/^HTTP\/1.1 (200|204|302) /)
      })
    }
  }

  for (const fate of ['saved', 'destroyed'] as const) {
    for (const [what, respond] of Object.entries(IN_PARTS)) {
      it(`${what}: no byte before the session is ${fate}, then no more writes than without a session`, async () => {
        const server = plain((_, res) => void respond(res))
        const alone = countWrites(server)
        await (await Wire.to(server)).get().answer()
        const { writes, wire } = await hold(fate, respond)
        expect((await wire.answer()).body).to.equal('text')
        expect(writes.count).to.be.at.most(alone.count)
      })
    }

    for (const [what, respond] of Object.entries(FLUSHED)) {
      it(`${what}: no byte before the session is ${fate}`, async () => {
        const { wire } = await hold(fate, respond)
        expect(wire.text).to.match(/^HTTP\/1.1 200 /)
      })
    }
  }

  it('an awaited touch does not delay the first bytes of a stream, only the last one', async () => {
    const { server, store, headers } = await stage('touched', (_, res) => (res.write('te'), res.end('xt')))
    const wire = (await Wire.to(server)).get('/', ...headers)
    await store.waits()
    await turns()
    expect(wire.text).to.include('te').and.not.include('xt')
    store.release()
    expect((await wire.answer()).body).to.equal('text')
  })

  it('an unused session delays nothing', async () => {
    const { server, store } = await stage('left alone', (_, res) => res.end('text'))
    const writes = countWrites(server)
    const wire = (await Wire.to(server)).get()
    expect((await wire.answer()).body).to.equal('text')
    expect({ asked: store.asked, writes: writes.count }).to.deep.equal({ asked: [], writes: 1 })
  })

  for (const fate of ['saved', 'touched', 'destroyed'] as const) {
    it(`if it cannot be ${fate}, the response is sent then, and the error goes to next once`, async () => {
      const { server, store, headers, errors } = await stage(fate, (_, res) => res.end('text'))
      const wire = (await Wire.to(server)).get('/', ...headers)
      await withheld(wire, store)
      store.release(new Error('store down'))
      expect(await wire.answer()).to.include({ line: 'HTTP/1.1 200 OK', body: 'text' })
      await turns()
      expect(errors.map(err => err.message)).to.deep.equal(['store down'])
    })
  }
})
