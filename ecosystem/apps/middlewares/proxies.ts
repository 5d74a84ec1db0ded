import { equal } from 'node:assert/strict'
import { createServer, type ClientRequest, type IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import { listening } from '../../../test/support/listening'
import type { Integration, Scenario } from '../../integration'
import { cookieNames, type Visitor } from '../../visitor'
import { LATER, lateSessions, lateStore } from '../late-sessions'
import { EXPRESS } from '../session-app'
import { appOf, count, data, isKept, visitorOf } from './stage'

type Rewrite = (body: Buffer, proxyRes: IncomingMessage, req: Request) => Promise<string>
type ProxyRes = (...args: never[]) => void

interface Package {
  createProxyMiddleware(options: Options): RequestHandler
  responseInterceptor(rewrite: Rewrite): ProxyRes
}

interface Options {
  target: string
  selfHandleResponse?: boolean
  on?: { proxyReq?(proxyReq: ClientRequest, req: Request): void; proxyRes?: ProxyRes }
}

/** Longer than one chunk of a socket. */
const LONG = 'x'.repeat(90_000)

const counting: RequestHandler = (req, _res, next) => {
  count(req)
  next()
}

const proxied =
  (options: (loaded: Package) => Partial<Options>, play: (ada: Visitor) => Promise<void>): Scenario =>
  async ({ here }) => {
    const loaded = here.load<Package>('http-proxy-middleware')
    const proxy = loaded.createProxyMiddleware({ target: await upstream(), ...options(loaded) })
    const sessions = lateSessions(here, { store: lateStore(here.session, LATER) })
    await play(await visitorOf(appOf(here, sessions).use('/upstream', counting, proxy)))
  }

/** The server behind the proxy: it echoes the request, and sets cookies of its own. */
async function upstream(): Promise<string> {
  return listening(
    createServer((req, res) => {
      res.writeHead(200, { 'set-cookie': ['theirs=1', 'also=2'], 'x-user': req.headers['x-user'] ?? 'guest' })
      req.pipe(res)
    }),
  )
}

export const proxies: readonly Integration[] = [
  {
    title: 'http-proxy-middleware 3.0.10',
    packages: { ...EXPRESS, 'http-proxy-middleware': '3.0.10' },
    scenarios: {
      'a proxied response has its cookies and the session cookie': proxied(
        () => ({}),
        async ada => {
          const res = await ada.ask('upstream/echo', { method: 'POST', body: LONG })
          equal(await res.text(), LONG)
          equal(cookieNames(res).join(), 'theirs,also,connect.sid')
          await isKept(ada, 1)
        },
      ),
      'proxied requests have the name of the user': proxied(
        () => ({ on: { proxyReq: (proxyReq, req) => void proxyReq.setHeader('x-user', String(data(req).count)) } }),
        async ada => {
          await isKept(ada)
          equal((await ada.ask('upstream/')).headers.get('x-user'), '3')
        },
      ),
      'a rewritten response has its cookies and the session cookie': proxied(
        ({ responseInterceptor }) => ({
          selfHandleResponse: true,
          on: { proxyRes: responseInterceptor(async (body, _, req) => `${String(body)} ${count(req)}`) },
        }),
        async ada => {
          const res = await ada.ask('upstream/echo', { method: 'POST', body: LONG })
          equal(await res.text(), `${LONG} 2`)
          equal(cookieNames(res).join(), 'theirs,also,connect.sid')
          await isKept(ada, 2)
        },
      ),
    },
  },
]
