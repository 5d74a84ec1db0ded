import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import onHeaders = require('on-headers')
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { Site } from '../support/site'
import { useServers, Wire } from '../support/wire'
import { answer, site } from './patching-middleware'
import { cookieOf, storeLate } from './stage'

describe('connect: listeners of on-headers', () => {
  useServers()

  for (const where of ['before', 'after'] as const) {
    for (const later of [false, true]) {
      const place = `${where} the session, with a store that calls back ${later ? 'later' : 'at once'}`

      for (const [what, change, framing] of [
        ['the status to 204', (res: ServerResponse) => (res.statusCode = 204), 'nothing'],
        ['the status to 304', (res: ServerResponse) => (res.statusCode = 304), 'nothing'],
        ['Transfer-Encoding', (res: ServerResponse) => res.setHeader('Transfer-Encoding', 'chunked'), 'transfer-encoding: chunked'],
        ['Content-Length', (res: ServerResponse) => res.setHeader('Content-Length', 4), 'content-length: 4'],
      ] as const) {
        it(`one that sets ${what}, ${place}`, async () => {
          const { headers } = await answer(
            site(
              where,
              (_, res) => onHeaders(res, () => void change(res)),
              res => res.end('text'),
            ),
            later,
          )
          const found = headers.filter(header => /^(content-length|transfer-encoding)/.test(header))
          expect(found).to.deep.equal(framing === 'nothing' ? [] : [framing])
        })
      }
    }
  }

  for (const where of ['before', 'after'] as const) {
    it(`one that sets an invalid status, ${where} the session: the handler gets the error and can respond`, async () => {
      const spoil = (_: unknown, res: ServerResponse): void => {
        let spoilt = false
        onHeaders(res, () => {
          if (!spoilt) res.statusCode = 99
          spoilt = true
        })
      }
      const { server, store, errors } = site(where, spoil, res => {
        try {
          res.end('text')
        } catch (err) {
          errors.push(err as Error)
          res.statusCode = 500
          res.end('sorry')
        }
      })
      const wire = (await Wire.to(server)).get()
      await storeLate(wire, store)
      expect((await wire.answer()).line).to.equal('HTTP/1.1 500 Internal Server Error')
      expect(errors.map(err => (err as NodeJS.ErrnoException).code)).to.deep.equal(['ERR_HTTP_INVALID_STATUS_CODE'])
    })
  }

  for (const headers of [undefined, { 'X-Own': 'yes' }]) {
    it(`a replaced session.touch that sets the status of a writeHead ${headers ? 'with' : 'without'} headers`, async () => {
      const { server } = new Site({ rolling: true, cookie: { maxAge: 60_000 } }, (req, res) => {
        data(req).user = 'ada'
        const touch = req.session.touch.bind(req.session)
        Object.defineProperty(req.session, 'touch', { value: () => ((res.statusCode = 418), touch()) })
        if (headers) res.writeHead(200, headers)
        else res.writeHead(200)
        res.end('text')
      })
      const { line } = await (await Wire.to(server)).get().answer()
      expect(line).to.equal("HTTP/1.1 418 I'm a Teapot")
    })
  }

  it('a replaced session.touch that reads the status of a writeHead', async () => {
    let seen: number | undefined
    const { server } = new Site({ rolling: true, cookie: { maxAge: 60_000 } }, (req, res) => {
      data(req).user = 'ada'
      const touch = req.session.touch.bind(req.session)
      Object.defineProperty(req.session, 'touch', { value: () => ((seen ??= res.statusCode), touch()) })
      res.writeHead(404)
      res.end('text')
    })
    await (await Wire.to(server)).get().answer()
    expect(seen).to.equal(404)
  })

  it('one that changes the session is too late for the save and the cookie', async () => {
    const store = new GateStore()
    store.open = true
    const { server } = new Site({ store }, (req, res) => {
      onHeaders(res, () => void (data(req).user = 'ada'))
      res.end('text')
    })
    const got = await (await Wire.to(server)).get().answer()
    expect([cookieOf(got), store.asked]).to.deep.equal([undefined, []])
  })

  it('one that makes the store call back', async () => {
    const { server, store } = site(
      'after',
      (_, res) => onHeaders(res, () => store.release()),
      res => res.end('text'),
    )
    const wire = (await Wire.to(server)).get()
    expect((await wire.answer()).body).to.equal('text')
  })
})
