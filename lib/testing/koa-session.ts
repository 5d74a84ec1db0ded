import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import koaSession = require('../koa')
import { spell } from '../koa/settings/option-aliases'

/** A Koa app whose sessions a test makes or reads. */
export interface KoaApp extends koaSession.App {
  createContext(req: never, res: never): unknown
}

type Context = koaSession.Context & koaSession.ContextSession
type Options = koaSession.AnySpelling & { app: KoaApp }

interface Sent {
  /** The `Cookie` header. */
  readonly cookie?: string | undefined
  readonly path?: string | undefined
  readonly isHttps?: boolean
}

/** @returns the `Set-Cookie` lines of a response that stored the data */
export async function storeKoaSession({ app, ...options }: Options, data: object): Promise<readonly string[]> {
  const { cookie } = spell(options)
  const stored = { ...options, autoCommit: true, defer: false, saveUninitialized: true, onError: undefined }
  const res = await requestInProcess(app, stored, { path: cookie?.path, isHttps: cookie?.secure === true }, ctx => {
    Object.assign(ctx.session, data)
  })
  return [res.getHeader('set-cookie') ?? []].flat().map(String)
}

/** @returns the data of the session of a `Cookie` header; undefined if there is none. The store is only read */
export async function readKoaSession({ app, ...options }: Options, cookie: string): Promise<object | undefined> {
  let data: object | undefined
  const read = { ...options, autoCommit: false, defer: false, rolling: false, onError: undefined, names: 'koa-session' } as const
  await requestInProcess(app, read, { cookie, path: spell(options).cookie?.path }, ctx => {
    if (!ctx.session.isNew) data = JSON.parse(JSON.stringify(ctx.session)) as object
  })
  return data
}

/** Runs the middleware for a request without a server, on a context like those of the app, which itself is not changed. */
async function requestInProcess(
  app: KoaApp,
  options: koaSession.AnySpelling,
  { cookie, path, isHttps = false }: Sent,
  handle: (ctx: Context) => void,
): Promise<ServerResponse> {
  if (typeof app.createContext !== 'function') throw new TypeError('app option must be a Koa app: new Koa()')
  const own = Object.create(app, { context: { value: Object.create(app.context) as object } }) as KoaApp
  const middleware = koaSession(options, own)
  const socket = Object.assign(new Socket(), { encrypted: isHttps })
  const req = Object.assign(new IncomingMessage(socket), { method: 'GET', url: path || '/' })
  req.headers = cookie ? { cookie } : {}
  const res = new ServerResponse(req)
  try {
    const ctx = own.createContext(req as never, res as never) as Context
    await middleware(ctx, () => new Promise(done => done(handle(ctx))))
  } finally {
    socket.destroy()
  }
  return res
}
