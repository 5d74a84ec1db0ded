import { once } from 'node:events'
import http2 = require('node:http2')
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { clientFor as inFlightOf } from '../../lib/core/store/store-clients'
import { certificate } from '../support/certificate'
import { TracingStore } from '../support/tracing-store'
import { turns } from '../support/wire'
import { count, KOAS, KoaSite, type KoaSessionOptions } from './site'

type Visit = (cookie?: string) => Promise<[set: string[], text: string]>

const LINES = {
  'HTTP/2 without TLS': { serve: http2.createServer, scheme: 'http', isSecure: false },
  'HTTP/2 over TLS': {
    serve: (listener: never) => http2.createSecureServer({ key: certificate(), cert: certificate() }, listener),
    scheme: 'https',
    isSecure: true,
  },
}

for (const [name, koa] of Object.entries(KOAS)) {
  for (const [line, { serve, scheme, isSecure }] of Object.entries(LINES)) {
    describe(`koa: ${line}, on ${name}`, () => {
      const connected = async (options: KoaSessionOptions, act: (visit: Visit, site: KoaSite) => Promise<void>): Promise<void> => {
        const site = new KoaSite(options, count, { koa })
        const listener = site.app.callback()
        const server = serve(((req: unknown, res: unknown) => void listener(req, res)) as never)
        await once(server.listen(0, '127.0.0.1'), 'listening')
        const client = http2.connect(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, { rejectUnauthorized: false })
        const visit: Visit = async (cookie = '') => {
          const stream = client.request({ ':path': '/', cookie })
          let text = ''
          stream.on('data', chunk => (text += String(chunk)))
          const [headers] = (await once(stream, 'response')) as [{ 'set-cookie'?: string[] }]
          await once(stream, 'end')
          return [headers['set-cookie'] ?? [], text]
        }
        try {
          await act(visit, site)
        } finally {
          client.close()
          server.close()
        }
      }

      it('has sessions, and leaves none in use', async () => {
        const store = new TracingStore()
        await connected({ store }, async visit => {
          const [set, first] = await visit()
          const [, second] = await visit(set.map(line => line.split(';')[0]).join('; '))
          await turns()
          expect([first, second, inFlightOf(store).activeSessions.size]).to.deep.equal(['1', '2', 0])
        })
      })

      it(`${isSecure ? 'accepts' : 'refuses'} a secure cookie`, async () => {
        await connected({ secure: true }, async (visit, { errors }) => {
          const [set] = await visit()
          expect([set.length, set.every(line => line.includes('; secure')), errors.length]).to.deep.equal(
            isSecure ? [2, true, 0] : [0, true, 1],
          )
        })
      })

      it(`sets a cookie ${isSecure ? 'with' : 'without'} the secure attribute by default`, async () => {
        await connected({}, async visit => {
          const [set] = await visit()
          expect(set.map(line => line.includes('; secure'))).to.deep.equal([isSecure, isSecure])
        })
      })
    })
  }
}
