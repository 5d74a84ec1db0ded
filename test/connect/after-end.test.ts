import { expect } from 'chai'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Handler } from '../support/site'
import { turns, useServers, Wire } from '../support/wire'
import { plain, stage, withoutCookie, withheld } from './stage'

type Act = (res: ServerResponse, log: (what: string) => void) => void

/** A handler that makes another call after `end`. `heard`: the response has an error listener. */
function script(act: Act, events: string[], heard: boolean): Handler {
  return (_, res) => {
    const log = (what: string): void => void events.push(what)
    if (heard) res.on('error', (err: NodeJS.ErrnoException) => log(`error: ${err.code}`))
    res.on('finish', () => log('finish'))
    res.end('whole', () => log('ended'))
    act(res, log)
  }
}

const named =
  (name: string, log: (what: string) => void) =>
  (err?: NodeJS.ErrnoException | null): void =>
    log(`${name}: ${err?.code ?? 'done'}`)

/** Calls after an `end`. */
const LATE: Record<string, Act> = {
  'a write': (res, log) => log(`returned ${res.write('late', named('write', log))}`),
  'a write with an encoding': (res, log) => log(`returned ${res.write('late', 'latin1', named('write', log))}`),
  'two writes': (res, log) => {
    res.write('late', named('first', log))
    res.write('later', named('second', log))
  },
  'a second end': (res, log) => log(`returned ${res.end() === res}`),
  'a second end with a callback': (res, log) => void res.end(named('again', log)),
  'a second end with a chunk and a callback': (res, log) => void res.end('late', named('again', log)),
  'a write and a second end': (res, log) => {
    res.write('late', named('write', log))
    res.end(named('again', log))
  },
  flushHeaders: res => res.flushHeaders(),
  'addTrailers, cork and uncork': res => {
    res.cork()
    res.addTrailers({ 'X-Late': 'yes' })
    res.uncork()
  },
}

describe('connect: after res.end', () => {
  useServers()

  const without = async (act: Act): Promise<{ body: string; events: string[] }> => {
    const events: string[] = []
    const wire = (await Wire.to(plain(script(act, events, true)))).get()
    const { body } = await wire.answer()
    await turns()
    return { body, events }
  }

  for (const [what, act] of Object.entries(LATE)) {
    it(`${what} has the effect that it has in Node, with a store that calls back at once`, async () => {
      const events: string[] = []
      const { server, store } = await stage('saved', script(act, events, true))
      store.open = true
      const { body } = await (await Wire.to(server)).get().answer()
      await turns()
      expect({ body, events }).to.deep.equal(await without(act))
    })

    it(`${what} has the effect that it has in Node, while the save is pending`, async () => {
      const events: string[] = []
      const { server, store } = await stage('saved', script(act, events, true))
      const wire = (await Wire.to(server)).get()
      await withheld(wire, store)
      store.release()
      const { body } = await wire.answer()
      await turns()
      const expected = await without(act)
      expect(body).to.equal('whole')
      expect(body).to.equal(expected.body)
      expect(events).to.deep.equal(expected.events)
    })
  }

  for (const later of [false, true]) {
    const when = later ? 'while the save is pending' : 'with a store that calls back at once'

    it(`a second end with a chunk is ignored without an error listener, ${when}`, async () => {
      const events: string[] = []
      const { server, store, errors } = await stage(
        'saved',
        script(res => void res.end('late'), events, false),
      )
      store.open = !later
      const wire = (await Wire.to(server)).get()
      if (later) await store.waits()
      store.release()
      const answer = await wire.answer()
      await turns()
      expect(withoutCookie(answer)).to.deep.include({ line: 'HTTP/1.1 200 OK', body: 'whole' })
      expect({ events: events.sort(), errors }).to.deep.equal({ events: ['ended', 'finish'], errors: [] })
      expect(store.asked).to.deep.equal(['set'])
    })
  }

  it('a second end with a callback receives ERR_STREAM_ALREADY_FINISHED after the response has finished', async () => {
    let response: ServerResponse | undefined
    const { server, store } = await stage('saved', (_, res) => void (response = res.end('whole')))
    store.open = true
    await (await Wire.to(server)).get().answer()
    if (!response?.writableFinished) await once(response as ServerResponse, 'finish')
    const code = await new Promise(resolve => response?.end((err?: NodeJS.ErrnoException) => resolve(err?.code)))
    expect(code).to.equal('ERR_STREAM_ALREADY_FINISHED')
    expect(store.asked).to.deep.equal(['set'])
  })

  it('a write after the response has finished is an error, and sends nothing', async () => {
    let response: ServerResponse | undefined
    const { server, store } = await stage('saved', (_, res) => {
      res.on('error', () => {})
      response = res.end('whole')
    })
    const wire = (await Wire.to(server)).get()
    await store.waits()
    store.release()
    await wire.answer()
    const code = new Promise(resolve => response?.write('late', (err?: NodeJS.ErrnoException | null) => resolve(err?.code)))
    expect(await code).to.equal('ERR_STREAM_WRITE_AFTER_END')
    await turns()
    expect((await wire.answers()).map(answer => answer.body)).to.deep.equal(['whole'])
    expect(wire.text).to.match(/whole$/)
  })
})
