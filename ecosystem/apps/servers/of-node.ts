import http = require('node:http')
import http2 = require('node:http2')
import https = require('node:https')
import { certificate } from '../../../test/support/certificate'
import type { App } from './app'
import { plainly } from './like-connect'
import { played } from './page'
import type { Serve } from './server'

const served =
  (create: (listener: http.RequestListener) => http.Server): Serve =>
  (_, app) =>
    create((req, res) => {
      answer(app, req, res).catch(err => app.failed(err as Error, req, res))
    })

async function answer({ base, sessions, pages }: App, req: http.IncomingMessage, res: http.ServerResponse): Promise<void> {
  const page = pages[req.url as string]
  if (!page) return void res.writeHead(404).end()
  if (req.url?.startsWith(base)) await new Promise<void>((resolve, reject) => sessions(req, res, err => (err ? reject(err) : resolve())))
  plainly(res, await played(page, req), page.leadsTo)
}

const tls = () => ({ key: certificate(), cert: certificate() })

export const inHttp = served(http.createServer)
export const inHttps = served(listener => https.createServer(tls(), listener))
export const inHttp2 = served(listener => http2.createServer(listener as never) as never)
export const inHttp2OverTls = served(listener => http2.createSecureServer(tls(), listener as never) as never)
