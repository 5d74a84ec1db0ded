import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { data } from '../support/handlers'
import { GateStore } from '../support/gate-store'
import { Site, type Req } from '../support/site'
import { turns, useServers, Wire } from '../support/wire'

/** A middleware that keeps the body until its end, as one that minifies pages does. */
function buffering(_: Req, res: ServerResponse): void {
  const patched = res as unknown as Record<'write' | 'end', (...args: unknown[]) => unknown>
  const { end } = patched
  let body = ''
  patched.write = chunk => ((body += String(chunk)), true)
  patched.end = chunk => end.call(res, body + String(chunk ?? ''))
}

describe('connect: a middleware before the session that has a part of the body', () => {
  useServers()

  for (const later of [false, true]) {
    it(`gets the rest of it, and next the error, if a store fails ${later ? 'some turns later' : 'later'} at the end`, async () => {
      const store = new GateStore()
      store.open = true
      let response: ServerResponse | undefined
      const { server, errors } = new Site(
        { store, saveErrors: 'fail' },
        (req, res) => {
          data(req).user = 'ada'
          res.write('first ')
          response = res
          store.open = false
          data(req).user = 'grace'
          res.end('last')
        },
        buffering,
      )
      const wire = (await Wire.to(server)).get()
      await store.waits()
      if (later) await turns()
      store.release(new Error('store down'))
      expect(await wire.answer()).to.include({ line: 'HTTP/1.1 200 OK', body: 'first last' })
      await turns()
      expect(errors.map(err => err.message)).to.deep.equal(['store down'])
      expect(response?.writableFinished).to.equal(true)
    })
  }
})
