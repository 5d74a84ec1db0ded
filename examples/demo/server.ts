import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import express = require('express')
import session = require('../../lib')
import { race } from './race'
import { shop } from './shop'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types would be added to those of our own requests
const expressSession = require('express-session') as typeof session

/** The demo: a page on which one's own session can be seen and changed, and a race between two packages. */
export function demo(): express.Express {
  // The store forgets with this process, so that a secret of its own loses nobody's session
  const secret = randomBytes(32).toString('base64url')
  const name = 'demo.sid'
  const store = new session.MemoryStore({ max: 10_000 })

  const app = express()
  app.disable('x-powered-by')
  app.use(harden)
  // Before the session: no file, and no lap of the race, is a visit
  app.use(express.static(join(__dirname, 'public')))
  app.use('/race/resession', race(session, '/race/resession'))
  app.use('/race/express-session', race(expressSession, '/race/express-session'))

  const cookie = { maxAge: 60 * 60 * 1000, sameSite: 'lax', secure: 'auto' } as const
  app.use(session({ secret, name, store, cookie, resave: false, saveUninitialized: false }))
  app.use(shop({ secret, name, store }))
  return app
}

/** The page shows an id, which elsewhere is nobody's business: it is kept out of caches and of other sites' frames. */
function harden(_req: express.Request, res: express.Response, next: express.NextFunction): void {
  res.set('Content-Security-Policy', "default-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
  res.set('Cache-Control', 'no-store')
  next()
}

if (require.main === module) {
  const server = demo().listen(Number(process.env.PORT ?? 3000), err => {
    if (err) throw err
    console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
  })
}
