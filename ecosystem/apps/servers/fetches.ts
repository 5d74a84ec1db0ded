import { once } from 'node:events'
import http = require('node:http')
import http2 = require('node:http2')
import https = require('node:https')
import { Readable, type Duplex } from 'node:stream'
import { certificate } from '../../../test/support/certificate'
import type { Fetch } from '../../visitor'

type Headers = http.IncomingHttpHeaders

/** `fetch` of Node accepts no certificate authority. */
export const fetchHttps: Fetch = async (url, { headers, signal }) => {
  const req = https.get(url, { ...trust(), headers: headers as Record<string, string>, signal: signal as AbortSignal, agent: false })
  const [res] = (await once(req, 'response')) as [http.IncomingMessage]
  return response(res.statusCode, res.headers, res)
}

/** `fetch` of Node does not support HTTP/2. */
export const fetchHttp2: Fetch = async (url, { headers, signal }) => {
  const { origin, pathname } = new URL(url)
  const connection = http2.connect(origin, trust())
  const stream = connection.request({ ':path': pathname, ...(headers as Headers) }, { signal: signal as AbortSignal })
  stream.once('close', () => connection.close())
  const [{ ':status': status, ...fields }] = (await once(stream, 'response')) as [Headers & http2.IncomingHttpStatusHeader]
  return response(status, fields, stream)
}

function trust() {
  return { ca: certificate(), servername: 'localhost' }
}

function response(status: number | undefined, fields: Headers, body: Readable | Duplex): Response {
  const headers = Object.entries(fields).flatMap(([name, value]) => [value ?? []].flat().map((line): [string, string] => [name, line]))
  return new Response(Readable.toWeb(body as Readable) as ReadableStream, { status: status as number, headers })
}
