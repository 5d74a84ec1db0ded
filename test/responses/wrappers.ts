import type { RequestHandler } from 'express'
import { EventEmitter } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import http2 = require('node:http2')
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { portOf, readAnswers, Wire } from '../support/wire'

const load = createRequire(__filename)

export interface Asked {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
}

/** The result for a client, or for the caller of an adapter: compared as a whole. */
export type Got = unknown

/** Passes requests to an app, and responses back. */
export interface Carrier {
  /** The kind of handler that it accepts. */
  readonly handler: 'express' | 'express-4' | 'connect' | 'plain'
  carry(listener: RequestListener, asked: Asked): Promise<Got>
}

/** A middleware that patches or watches the response. */
export type Middleware = () => RequestHandler

const devNull = new Writable({ write: (_chunk, _encoding, done) => done() })

export const MIDDLEWARES: Record<string, Middleware> = {
  compression: () => (load('compression') as Middleware)(),
  'compression 1.7': () => (load('compression-1.7') as Middleware)(),
  morgan: () => (load('morgan') as (format: string, options: object) => RequestHandler)('combined', { stream: devNull }),
  'pino-http': () => (load('pino-http') as (options: object, stream: unknown) => RequestHandler)({}, devNull),
  'response-time': () => (load('response-time') as Middleware)(),
  helmet: () => (load('helmet') as Middleware)(),
  'express-winston, which keeps bodies': () => {
    const { logger } = load('express-winston') as { logger(options: object): RequestHandler }
    const winston = load('winston') as { transports: { Stream: new (options: object) => object } }
    return logger({ transports: [new winston.transports.Stream({ stream: devNull })], responseWhitelist: ['body', 'statusCode'] })
  },
  'on-finished': () => (_, res, next) => {
    ;(load('on-finished') as (res: unknown, listener: () => void) => void)(res, () => {})
    next()
  },
  'a body logger that returns nothing': () => (_, res, next) => {
    const patched = res as unknown as Record<'write' | 'end', (...args: unknown[]) => unknown>
    for (const name of ['write', 'end'] as const) {
      const native = patched[name]
      patched[name] = (...args) => void native.apply(res, args)
    }
    next()
  },
}

/** Headers with times, durations or IDs, which differ in each response. */
const VARYING = /^(date|set-cookie|x-response-time|x-request-id):/i

/**
 * Two requests on one connection: the second shows that the first has left it in a valid state.
 *
 * @returns all bytes, except for varying ones
 */
async function carryByWire(listener: RequestListener, asked: Asked, isFramed = true): Promise<Got> {
  const server = createServer(listener)
  const wire = await Wire.to(server)
  const headers = Object.entries(asked.headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const request = (path: string, method: string, ...more: string[]): string =>
    `${method} ${path} HTTP/1.1\r\nHost: site\r\n${[...headers, ...more].join('')}\r\n`
  wire.send(request('/', asked.method))
  await wire.answers(1, [asked.method])
  wire.send(request('/last', 'GET', 'Connection: close\r\n'))
  await wire.rest()
  server.close()
  if (!isFramed || /^content-encoding: gzip/im.test(wire.text)) return readAnswers(wire.text, [asked.method, 'GET'], true).map(inflate)
  return wire.text.replace(/^.*\r\n/gm, line => (VARYING.test(line) ? '' : line))
}

/** The boundaries of compressed chunks depend on when they are flushed. */
function inflate({ line, headers, body }: ReturnType<typeof readAnswers>[number]): Got {
  const kept = headers.filter(header => !VARYING.test(header))
  const isCompressed = kept.includes('content-encoding: gzip') && body
  return { line, headers: kept, body: isCompressed ? gunzipSync(Buffer.from(body, 'latin1')).toString() : body }
}

/** A Lambda behind an API Gateway, with an event of version 1. */
async function carryAsEvent(handler: (event: object, context: object) => Promise<EventResult>, { method, headers }: Asked): Promise<Got> {
  const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  const result = await handler(
    {
      resource: '/',
      path: '/',
      httpMethod: method,
      headers,
      multiValueHeaders,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      requestContext: { stage: 'prod', identity: {} },
      body: null,
      isBase64Encoded: false,
    },
    {},
  )
  const { statusCode, body, isBase64Encoded } = result
  return { statusCode, body, isBase64Encoded, headers: steady({ ...result.headers, ...result.multiValueHeaders }) }
}

interface EventResult {
  readonly statusCode: number
  readonly body: string
  readonly isBase64Encoded: boolean
  readonly headers?: Record<string, unknown>
  readonly multiValueHeaders?: Record<string, unknown>
}

function steady(headers: Readonly<Record<string, unknown>>): string[] {
  const lines = Object.entries(headers).map(([name, value]) => `${name.toLowerCase()}: ${String(value)}`)
  return lines.filter(line => !VARYING.test(line)).sort()
}

type ServerlessExpress = (options: { app: RequestListener }) => (event: object, context: object) => Promise<EventResult>

const serverlessExpress = (name: string): Carrier => ({
  handler: 'express',
  carry: async (app, asked) => carryAsEvent((load(name) as ServerlessExpress)({ app }), asked),
})

async function carryByHttp2(listener: RequestListener, { method, headers }: Asked): Promise<Got> {
  const server = http2.createServer(listener as unknown as Parameters<typeof http2.createServer>[0] & object)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  try {
    return [await ask(client, { ':path': '/', ':method': method, ...headers }), await ask(client, { ':path': '/last', ...headers })]
  } finally {
    client.close()
    server.close()
  }
}

async function ask(client: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders): Promise<Got> {
  const stream = client.request(headers)
  let got: object = {}
  let body = ''
  stream.on('response', response => (got = response)).on('data', chunk => (body += String(chunk)))
  await new Promise((resolve, reject) => stream.on('close', resolve).on('error', reject))
  return { headers: steady(got as Record<string, unknown>), body }
}

/** http-proxy before the app: it pipes the app's response into its own. */
async function carryByProxy(listener: RequestListener, asked: Asked): Promise<Got> {
  const upstream: Server = createServer(listener)
  const target = `http://127.0.0.1:${await portOf(upstream)}`
  const proxy = (load('http-proxy') as { createProxyServer(options: object): { web: RequestListener } }).createProxyServer({ target })
  try {
    // The boundaries of chunks depend on how much has arrived when the proxy reads
    return await carryByWire((req, res) => proxy.web(req, res), asked, false)
  } finally {
    upstream.close()
  }
}

interface Mocks {
  createRequest(options: object): IncomingMessage
  createResponse(
    options: object,
  ): ServerResponse & { _getStatusCode(): number; _getHeaders(): Record<string, unknown>; _getData(): unknown; _getBuffer(): Buffer }
}

async function carryByMocks(listener: RequestListener, { method, headers }: Asked): Promise<Got> {
  const mocks = load('node-mocks-http') as Mocks
  const req = mocks.createRequest({ method, url: '/', headers, eventEmitter: EventEmitter })
  const res = mocks.createResponse({ req, eventEmitter: EventEmitter })
  const ended = new Promise(resolve => res.on('finish', resolve))
  listener(req, res)
  await ended
  return {
    status: res._getStatusCode(),
    headers: steady(res._getHeaders()),
    data: String(res._getData()),
    buffer: res._getBuffer().toString(),
  }
}

interface Injected {
  readonly statusCode: number
  readonly headers: Record<string, unknown>
  readonly rawPayload: Buffer
}

export const CARRIERS: Record<string, Carrier> = {
  'Express 5': { handler: 'express', carry: async (app, asked) => carryByWire(app, asked) },
  'Express 4': { handler: 'express-4', carry: async (app, asked) => carryByWire(app, asked) },
  'Connect, with finalhandler': { handler: 'connect', carry: async (app, asked) => carryByWire(app, asked) },
  'http.createServer': { handler: 'plain', carry: async (app, asked) => carryByWire(app, asked) },
  'http2, the compatibility layer': { handler: 'plain', carry: carryByHttp2 },
  'http-proxy': { handler: 'express', carry: carryByProxy },
  'serverless-http': {
    handler: 'express',
    carry: async (app, asked) =>
      carryAsEvent(
        (load('serverless-http') as (app: RequestListener) => (event: object, context: object) => Promise<EventResult>)(app),
        asked,
      ),
  },
  '@vendia/serverless-express': serverlessExpress('@vendia/serverless-express'),
  '@codegenie/serverless-express': serverlessExpress('@codegenie/serverless-express'),
  'light-my-request': {
    // Express would change the prototypes of all Express apps of the process
    handler: 'connect',
    carry: async (app, { method, headers }) => {
      const inject = load('light-my-request') as (app: RequestListener, options: object) => Promise<Injected>
      const { statusCode, headers: got, rawPayload } = await inject(app, { method, url: '/', headers })
      return { statusCode, headers: steady(got), body: rawPayload.toString() }
    },
  },
  'node-mocks-http': { handler: 'plain', carry: carryByMocks },
}
