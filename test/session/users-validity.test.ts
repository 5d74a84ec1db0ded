import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect } from 'chai'
import { QUIET, connect } from '../support/connect-host'
import { EngineStore } from '../support/engine-store'
import { data, routes } from '../support/handlers'
import type { Host, Req } from '../support/host'
import { onEachKoa } from '../support/hosts'
import { koaHost } from '../support/koa-host'
import { siteOn } from '../support/site'
import { session, type SessionOptions } from '../support/subject'

const USERS: Partial<SessionOptions> = { userId: (s: { user?: string }) => s.user, cookie: { maxAge: 600_000 } }

const HANDLERS = routes({
  '/become': (req, res) => ((data(req).user = 'ada'), res.end('done')),
  '/': (req, res) => res.end(String(data(req).user ?? 'nobody')),
})

/** What is at `req.session` after the session middleware has failed. */
function seenIn(req: Req): string {
  const seen = req.session as { user?: string } | undefined
  if (seen) Object.assign(seen, { n: 1 })
  return seen ? `served ${seen.user}` : 'no session'
}

/** An app on Connect whose error handler goes on with the request. */
const CONNECT: Host = {
  ...connect,
  listener({ options, handler }) {
    const middleware = session({ ...QUIET, ...options })
    return (incoming: IncomingMessage, res: ServerResponse) => {
      const req = incoming as Req
      middleware(req, res, (err?: unknown) => (err ? res.end(seenIn(req)) : handler(req, res, () => {})))
    }
  },
}

const UNANSWERED: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
  throws() {
    throw new Error('no database')
  },
  rejects: () => Promise.reject(new Error('no database')),
}

function suite(host: Host): void {
  for (const [how, unanswered] of Object.entries(UNANSWERED)) {
    it(`that ${how} leaves no session on the request, and changes nothing in the store and in the cookie`, async () => {
      let validate = (): boolean | Promise<boolean> => true
      const store = new EngineStore({ touch: 'ttl', expires: true })
      const more: Partial<SessionOptions> = { rolling: true, unset: 'destroy', clearCookie: true }
      const client = siteOn(host, { store: store.asStore, ...USERS, ...more, validate: () => validate() }, HANDLERS).browser()
      await client.get('/become')
      store.trace()
      validate = unanswered
      const res = await client.get()
      expect([res.text, res.headers['set-cookie'], store.trace()]).to.deep.equal(['no session', undefined, ['get']])
      validate = () => true
      expect((await client.get()).text).to.equal('ada')
    })
  }
}

describe('sessions by user: validate', () => suite(CONNECT))

onEachKoa('sessions by user: validate', (_host, koa) =>
  suite(
    koaHost(koa, async (ctx, next) => {
      try {
        await next()
      } catch {
        ctx.body = `${seenIn(ctx.req as Req)}${ctx.session ? ', served to Koa' : ''}`
      }
    }),
  ),
)
