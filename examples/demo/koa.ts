import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import Koa from 'koa'
import memory from '../../lib'
import session from '../../lib/koa'
import { HARDENING, type Answer } from './answer'
import { browserOf, type Devices } from './devices'
import { files } from './files'
import { readForm, type Form } from './form'
import { listen } from './listen'
import { lap, latency, run, slowStore } from './race'
import { shop, type ShopRequest } from './shop'

const RIVAL = 'koa-session'
const NAME = 'demo.sid'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types would be added to those of our own contexts
const { default: koaSession } = require(RIVAL) as { default: (options: object, app: Koa) => Koa.Middleware }

/** The same demo on Koa. */
export function demo(): RequestListener {
  const ours = slowStore(memory)
  const theirs = new SlowPromiseStore()
  // An app for each, because koa-session sets a property on all contexts of its app
  const lanes = new Map([
    [
      '/race/resession',
      lane(
        '/race/resession',
        options => session({ ...options, store: ours }),
        id => ours.sessions[id],
      ),
    ],
    [
      `/race/${RIVAL}`,
      lane(
        `/race/${RIVAL}`,
        (options, app) => koaSession({ ...options, store: theirs }, app),
        id => theirs.texts.get(id),
      ),
    ],
  ])
  const others = shopApp()
  return (req, res) => {
    const [path] = Array.from(lanes.keys()).filter(path => req.url?.startsWith(path))
    void (lanes.get(path ?? '') ?? others)(req, res)
  }
}

function shopApp(): ReturnType<Koa['callback']> {
  const app = newApp()
  // Before the session, because a request for a file is not counted
  app.use(async (ctx, next) => {
    const file = files.get(ctx.path)
    if (file) send(ctx, file)
    else await next()
  })
  const store = new memory.MemoryStore({ max: 10_000 })
  // On http://localhost, where a cookie needs another name and no Secure. The page shows the record of its session, which it finds by the ID
  const cookie = { ...session.recommended.cookie, maxAge: 60 * 60 * 1000, secure: undefined } as const
  const described = {
    userId: ({ name }: { name?: string }) => name,
    describe: ({ req }: session.Context) => ({ browser: browserOf(req.headers['user-agent']) }),
  }
  const sessions = session({ ...session.recommended, ...described, name: NAME, store, cookie, hashIds: false })
  app.use(sessions)
  app.use(async ctx => {
    const action = shop(ctx.method, ctx.path, RIVAL)
    if (action) send(ctx, await action(shopRequest(ctx, await readForm(ctx.req), store, devicesFor(sessions, ctx))))
  })
  return app.callback()
}

/** The sessions end with this process, so a random secret logs no user out. */
function newApp(): Koa {
  const app = new Koa()
  app.keys = [randomBytes(32).toString('base64url')]
  return app.use(async (ctx, next) => {
    ctx.set(HARDENING)
    await next()
  })
}

function send(ctx: Koa.Context, { status, headers, body }: Answer): void {
  ctx.status = status
  ctx.set(headers)
  ctx.body = body
}

function devicesFor(sessions: session.Sessions, ctx: Koa.Context): Devices {
  return {
    list: async user => sessions.list(user, { current: ctx }),
    end: async (user, handle) => sessions.revoke(user, handle),
    endOthers: async user => sessions.revokeAll(user, { except: ctx }),
  }
}

function shopRequest(ctx: Koa.Context, form: Form, store: InstanceType<typeof memory.MemoryStore>, devices: Devices): ShopRequest {
  return {
    get session() {
      // As in express-session, for a shop that runs on both
      return (ctx.req as IncomingMessage & memory.RequestSession).session
    },
    form,
    devices,
    surviveRestart: false,
    record: () => store.sessions[ctx.sessionId ?? ''] ?? 'null',
    cookie() {
      const lines = ctx.response.get('Set-Cookie') as unknown as string[]
      const { sessionId: id = '' } = ctx
      const [, signature = ''] = /^[^=]*=([^;]*)/.exec(lines.find(line => line.startsWith(`${NAME}.sig=`)) ?? '') ?? []
      return { name: NAME, id, signature, lines }
    },
  }
}

type MakeMiddleware = (options: object, app: Koa) => Koa.Middleware

/** @param record returns the JSON of an ID's record */
function lane(path: string, make: MakeMiddleware, record: (id: string) => string | undefined): ReturnType<Koa['callback']> {
  const app = newApp()
  app.use(async (ctx, next) => {
    // Before the session, which belongs to the requests that this one sends
    if (ctx.method === 'POST' && ctx.path === `${path}/run`) send(ctx, await run(addressOf(ctx.req, path)))
    else await next()
  })
  app.use(make({ key: 'race.sid', path, sameSite: 'lax' }, app))
  app.use(async ctx => {
    const request = {
      begin: async (data: object) => void (ctx.session = data),
      put: (key: string) => void Object.assign(ctx.session, { [key]: true }),
      record: async () => JSON.parse(record(ctx.cookies.get('race.sid') ?? '') ?? 'null') as object | null,
    }
    send(ctx, await lap(ctx.method, ctx.path.slice(path.length) || '/', request))
  })
  return app.callback()
}

function addressOf(req: IncomingMessage, path: string): string {
  return `http://127.0.0.1:${req.socket.localPort}${path}`
}

/** A store for koa-session with the delay of the other store. */
class SlowPromiseStore {
  readonly texts = new Map<string, string>()

  async get(id: string): Promise<unknown> {
    await pause(latency())
    return JSON.parse(this.texts.get(id) ?? 'null')
  }

  async set(id: string, record: object): Promise<void> {
    const text = JSON.stringify(record)
    await pause(latency())
    this.texts.set(id, text)
  }

  async destroy(id: string): Promise<void> {
    this.texts.delete(id)
  }
}

if (require.main === module) listen(demo())
