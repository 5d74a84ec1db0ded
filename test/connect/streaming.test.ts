import { expect } from 'chai'
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { data } from '../support/handlers'
import { turns, useServers, Wire } from '../support/wire'
import { stage } from './stage'

/** A source that counts the bytes that were read from it. */
function source(bytes: number, piece = 16 * 1024): { stream: Readable; drawn: () => number; hash: () => string } {
  const hash = createHash('sha1')
  let drawn = 0
  const stream = new Readable({
    highWaterMark: piece,
    read() {
      if (drawn >= bytes) return void this.push(null)
      const chunk = Buffer.alloc(Math.min(piece, bytes - drawn), String.fromCharCode(97 + ((drawn / piece) % 26)))
      drawn += chunk.length
      hash.update(chunk)
      this.push(chunk)
    },
  })
  return { stream, drawn: () => drawn, hash: () => hash.digest('hex') }
}

const MEGABYTE = 1024 * 1024

describe('connect: streaming with a change to save', () => {
  useServers()

  it('write returns false, and drain is emitted once, after the save', async () => {
    const events: unknown[] = []
    const { server, store } = await stage('saved', (_, res) => {
      res.on('drain', () => events.push('drain'))
      events.push(
        res.write('one', () => events.push('one')),
        res.write('two', () => events.push('two')),
      )
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    await turns()
    expect(events).to.deep.equal([false, false])
    store.release()
    await wire.until(text => text.includes('two'))
    await turns()
    expect(events.slice(0, 2)).to.deep.equal([false, false])
    expect(events.slice(2).sort()).to.deep.equal(['drain', 'one', 'two'])
    expect(events.indexOf('one')).to.be.below(events.indexOf('two'))
  })

  it('drain also waits for a slow client', async () => {
    let drains = 0
    const { server, store } = await stage('saved', (_, res) => {
      res.on('drain', () => drains++)
      res.write(Buffer.alloc(32 * MEGABYTE))
    })
    const wire = (await Wire.to(server)).get()
    wire.socket.pause()
    await store.waits()
    store.release()
    await turns()
    expect(drains).to.equal(0)
    wire.socket.resume()
    await wire.until(() => drains > 0)
    await turns()
    expect(drains).to.equal(1)
  })

  it('no drain is emitted after the response has ended', async () => {
    let drains = 0
    const { server, store } = await stage('saved', (_, res) => {
      res.on('drain', () => drains++)
      res.write('te')
      res.end('xt')
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    expect((await wire.answer()).body).to.equal('text')
    await turns()
    expect(drains).to.equal(0)
  })

  const ways: Record<string, (from: Readable, res: ServerResponse) => Promise<unknown>> = {
    'stream.pipeline': (from, res) => pipeline(from, res),
    pipe: async (from, res) => new Promise(resolve => from.pipe(res).on('finish', resolve)),
    'an async iterator': (from, res) =>
      pipeline(async function* () {
        yield* from
      }, res),
  }
  for (const [name, pump] of Object.entries(ways)) {
    it(`a megabyte through ${name} arrives completely, and waits in its source until the save`, async () => {
      const { stream, drawn, hash } = source(MEGABYTE)
      let done = false
      const { server, store, errors } = await stage('saved', (_, res) => void pump(stream, res).then(() => (done = true)))
      const wire = (await Wire.to(server)).get()
      await store.waits()
      await turns(50)
      expect({ text: wire.text, done }).to.deep.equal({ text: '', done: false })
      expect(drawn()).to.be.at.most(4 * 16 * 1024)
      store.release()
      const { body } = await wire.answer()
      expect(body).to.have.length(MEGABYTE)
      expect(createHash('sha1').update(body, 'latin1').digest('hex')).to.equal(hash())
      await turns()
      expect({ done, errors, asked: store.asked }).to.deep.equal({ done: true, errors: [], asked: ['set'] })
    })
  }

  it('chunks that are written during the wait are sent in order', async () => {
    const { server, store } = await stage('saved', async (_, res) => {
      for (let i = 0; i < 50; i++) {
        res.write(`${i} `)
        if (i % 10 === 0) await turns(1)
      }
      res.end('.')
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    await turns(3)
    store.release()
    expect((await wire.answer()).body).to.equal(`${Array.from({ length: 50 }, (_, i) => i).join(' ')} .`)
  })

  it('a change after the first write is saved at the end, before the last byte', async () => {
    let finish = (): void => {}
    const { server, store } = await stage('saved', (req, res) => {
      res.write('first ')
      finish = () => {
        data(req).more = true
        res.end('last')
      }
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    await wire.until(text => text.includes('first '))
    finish()
    await store.waits()
    await turns()
    expect(store.asked).to.deep.equal(['set', 'set'])
    expect(wire.text).to.include('first ').and.not.include('last')
    store.release()
    expect((await wire.answer()).body).to.equal('first last')
    const records = Object.values(store.sessions as Record<string, string>)
    expect(records.map(record => (JSON.parse(record) as { more?: boolean }).more)).to.deep.equal([true])
  })

  it('an end that waits for a first write checks the session again afterwards', async () => {
    const { server, store } = await stage('saved', (req, res) => {
      res.write('first ')
      data(req).more = true
      res.end('last')
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    expect(store.asked).to.deep.equal(['set'])
    store.release()
    await store.waits()
    await turns()
    expect(wire.text).to.include('first ').and.not.include('last')
    store.release()
    expect((await wire.answer()).body).to.equal('first last')
    expect(store.asked).to.deep.equal(['set', 'set'])
  })
})
