import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { constants, gunzipSync } from 'node:zlib'
import onHeaders = require('on-headers')
import { useServers, Wire } from '../support/wire'
import { compress } from './compression'
import { answer, site, type Args, type Patch, type Patchable } from './patching-middleware'
import { storeLate } from './stage'

describe('connect: middlewares that patch the response', () => {
  useServers()

  for (const where of ['before', 'after'] as const) {
    for (const later of [false, true]) {
      const place = `${where} the session, with a store that calls back ${later ? 'later' : 'at once'}`

      for (const [how, respond] of Object.entries({
        end: (res: ServerResponse) => res.end('text '.repeat(1000)),
        'write and end': (res: ServerResponse) => (res.write('text '.repeat(999)), res.end('text ')),
        'a stream piped into it': (res: ServerResponse) => Readable.from(Array.from({ length: 100 }, () => 'text '.repeat(10))).pipe(res),
        'a stream in a pipeline': (res: ServerResponse) => pipeline(Readable.from(['text '.repeat(999), 'text ']), res, () => {}),
        'Content-Length and end': (res: ServerResponse) => (res.setHeader('Content-Length', 5000), res.end('text '.repeat(1000))),
      })) {
        it(`compression ${place}: ${how}`, async () => {
          const got = await answer(site(where, compress, respond), later)
          expect(got.headers).to.include('content-encoding: gzip').and.include('transfer-encoding: chunked')
          expect(gunzipSync(Buffer.from(got.body, 'latin1')).toString()).to.equal('text '.repeat(1000))
        })
      }

      it(`compression ${place}: flushed data is sent before the end`, async () => {
        let response: ServerResponse | undefined
        const patched = site(where, compress, res => {
          response = res
          res.write('text '.repeat(100))
          ;(res as ServerResponse & { flush(): void }).flush()
        })
        patched.store.open = !later
        const wire = (await Wire.to(patched.server)).get()
        if (later) await storeLate(wire, patched.store)
        await wire.until(text => inflated(text) === 'text '.repeat(100))
        response?.end()
        expect(wire.text).to.not.include('\r\n0\r\n')
      })

      it(`compression ${place}: a body below the threshold`, async () => {
        const got = await answer(
          site(where, compress, res => res.end('text')),
          later,
        )
        expect(got.body).to.equal('text')
        expect(got.headers).to.not.include('content-encoding: gzip')
      })

      it(`a logger ${place}, is notified once of the end, with the state that was sent`, async () => {
        const log: string[] = []
        const patch: Patch = (_, res) => {
          onHeaders(res, () => log.push('headers'))
          res.on('finish', () => log.push(`finish ${res.statusCode} ${res.headersSent} ${res.writableFinished}`))
          res.on('close', () => log.push('close'))
        }
        await answer(
          site(where, patch, res => ((res.statusCode = 201), res.end('text'))),
          later,
        )
        expect(log).to.deep.equal(['headers', 'finish 201 true true', 'close'])
      })

      it(`one that counts calls ${place}, receives the calls of the app`, async () => {
        const calls: Args[] = []
        const patch: Patch = (_, res) => {
          const patched = res as unknown as Patchable
          for (const name of ['write', 'end'] as const) {
            const native = patched[name]
            patched[name] = function (this: unknown, ...args: Args) {
              calls.push([name, ...args, this === res])
              return native.apply(this, args)
            }
          }
        }
        const { body } = await answer(
          site(where, patch, res => (res.write('te', 'latin1'), res.end('xt', 'utf8'))),
          later,
        )
        expect(body).to.equal('text')
        expect(calls).to.deep.equal([
          ['write', 'te', 'latin1', true],
          ['end', 'xt', 'utf8', true],
        ])
      })

      it(`one whose end writes ${place}`, async () => {
        const patch: Patch = (_, res) => {
          const patched = res as unknown as Patchable
          const { end } = patched
          patched.end = function (...args) {
            patched.end = end
            res.write('[')
            if (args[0]) res.write(args[0])
            return end.call(res, ']')
          }
        }
        expect(
          (
            await answer(
              site(where, patch, res => res.end('text')),
              later,
            )
          ).body,
        ).to.equal('[text]')
      })

      it(`one whose end writes ${place}, and an app that ends twice`, async () => {
        const patch: Patch = (_, res) => {
          const patched = res as unknown as Patchable
          const { end } = patched
          let ended = false
          patched.end = (...args) => {
            if (ended) return res
            ended = true
            res.write('[')
            res.write(args[0])
            return end.call(res, ']')
          }
        }
        expect(
          (
            await answer(
              site(where, patch, res => (res.end('text'), res.end())),
              later,
            )
          ).body,
        ).to.equal('[text]')
      })

      it(`one whose end sets headers ${place}`, async () => {
        const patch: Patch = (_, res) => {
          const patched = res as unknown as Patchable
          const { end } = patched
          patched.end = (...args) => {
            const text = `<${String(args[0])}>`
            res.setHeader('Content-Length', text.length)
            res.setHeader('ETag', '"1"')
            return end.call(res, text)
          }
        }
        const got = await answer(
          site(where, patch, res => res.end('text')),
          later,
        )
        expect(got.body).to.equal('<text>')
        expect(got.headers).to.include('etag: "1"').and.include('content-length: 6')
      })

      it(`one that patches writeHead ${place}, is called once, and can set headers`, async () => {
        let calls = 0
        const patch: Patch = (_, res) => {
          const patched = res as unknown as Patchable
          const { writeHead } = patched
          patched.writeHead = (...args) => {
            calls++
            res.setHeader('X-Patched', 'yes')
            return writeHead.apply(res, args)
          }
        }
        const { headers, body } = await answer(
          site(where, patch, res => res.end('text')),
          later,
        )
        expect({ calls, body }).to.deep.equal({ calls: 1, body: 'text' })
        expect(headers).to.include('x-patched: yes')
      })
    }
  }
})

/** The readable part of a compressed response that has not ended. */
function inflated(text: string): string {
  const [, ...chunks] = text.slice(text.indexOf('\r\n\r\n') + 4).split(/(?:^|\r\n)[0-9a-f]+\r\n/)
  return gunzipSync(Buffer.from(chunks.join(''), 'latin1'), { finishFlush: constants.Z_SYNC_FLUSH }).toString()
}
