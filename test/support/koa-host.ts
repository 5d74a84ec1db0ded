import { createHmac } from 'node:crypto'
import { STATUS_CODES, type ServerResponse } from 'node:http'
import koaSession = require('../../lib/koa')
import { MemoryStore } from '../../lib'
import type { KoaClass } from '../koa/koas'
import type { Ctx, KoaSessionOptions, Middleware } from '../koa/site'
import { QUIET, without } from './connect-host'
import type { Handler, Host, Storage } from './host'
import { KoaAnswer } from './koa-answer'
import { PromiseStore } from './promise-store'
import type { SessionOptions } from './subject'

/** The body that Koa sends for an error that is not exposed. */
const textOf = (status = 500): string => STATUS_CODES[status] as string

const COMMON = { extendsOnEachRequest: false, setsCookieOnSave: true } as const
const STORAGES: readonly Storage[] = [
  { ...COMMON, title: '', cookieName: 'koa.sid', touch: 'touch', options: store => ({ store }) },
  {
    ...COMMON,
    title: 'of a store of promises',
    cookieName: 'koa.sid',
    touch: 'set',
    options: store => ({ store: new PromiseStore(store as never) as never }),
  },
  { ...COMMON, title: 'of sessions in the cookie', cookieName: 'koa.sess', touch: undefined, options: () => ({ store: 'cookie' }) },
]

/** In the order in which Koa's `cookies` writes them. */
const ATTRIBUTES = ['path', 'expires', 'domain', 'priority', 'samesite', 'secure', 'httponly', 'partitioned']

/**
 * An app of one version of Koa with the middleware before the handler.
 *
 * @param before another middleware that runs first
 */
export function koaHost(Koa: KoaClass, before?: Middleware): Host {
  return {
    framework: 'Koa',
    listener({ options, handler, fail }) {
      const app = new Koa()
      app.keys = [options.secret ?? QUIET.secret].flat() as string[]
      app.proxy = options.proxy === true
      app.on('error', (err: Error, ctx: Ctx) => fail(err, answered(ctx)))
      if (before) app.use(before)
      app.use(koaSession(koaOptions(options)))
      app.use((ctx: Ctx) => handled(ctx, handler))
      return app.callback()
    },
    start: options => void koaSession(koaOptions(options)),
    mountedAt: path => koaHost(Koa, (ctx, next) => (Object.assign(ctx, { path: without(path, ctx.path) }), next())),
    storages: STORAGES,
    // Keygrip's: https://github.com/crypto-utils/keygrip
    cookie: id => `koa.sid=${id}; koa.sid.sig=${createHmac('sha1', QUIET.secret).update(`koa.sid=${id}`).digest('base64url')}`,
    cookieNames: name => [name, `${name}.sig`],
    carriedBy: value => value,
    attributes,
    keepsAlive: { rolling: true },
    lacks: ['resave'],
    unsaved: { outcome: 'an error of the request, once', reply: (_, status) => [status ?? 500, textOf(status)] },
    untouched: 'client',
    errorText: (_, status) => textOf(status),
  }
}

/** Options that Koa does not have. It has `app.keys` and `app.proxy`; `resave` is always false, `unset` always 'destroy', and ended cookies are always cleared. */
const CONNECT_ONLY: readonly string[] = ['secret', 'proxy', 'resave', 'unset', 'clearCookie'] satisfies (keyof SessionOptions)[]

/** Functions of a request, as functions of its context. */
function onContexts(options: Partial<SessionOptions>, names: readonly ('skip' | 'readOnly' | 'activity' | 'describe')[]): object {
  const given = names.filter(name => typeof options[name] === 'function')
  return Object.fromEntries(given.map(name => [name, ({ req }: Ctx) => (options[name] as (req: unknown) => unknown)(req)]))
}

/** The options on Koa with the effects of these on Connect. */
function koaOptions({ onStoreError, saveErrors, genid, ...options }: Partial<SessionOptions>): KoaSessionOptions {
  const given = {
    store: new MemoryStore(),
    ...Object.fromEntries(Object.entries(options).filter(([name]) => !CONNECT_ONLY.includes(name))),
    ...onContexts(options, ['skip', 'readOnly', 'activity', 'describe']),
    genid: typeof genid === 'function' ? ({ req }: Ctx) => genid(req as never) : genid,
  } as KoaSessionOptions
  const goesOn = { get: onStoreError === 'anonymous', set: saveErrors === 'report', destroy: saveErrors === 'report' }
  if (!goesOn.get && !goesOn.set) return given
  return {
    ...given,
    onError(err, what, ctx) {
      if (!goesOn[what]) throw err
      if (what !== 'get') ctx.app.emit('error', err, ctx)
    },
  }
}

/** Koa writes attribute names in lower case, and so the values of SameSite and Priority. */
function attributes(line: string): string {
  const written = line.split('; ').map(text => (/^(Path|Domain|Expires)=/.test(text) ? text.replace(/^\w+/, lower) : lower(text)))
  const order = (text: string): number => ATTRIBUTES.indexOf(text.split('=')[0] as string)
  return written.sort((one, other) => order(one) - order(other)).join('; ')
}

function lower(text: string): string {
  return text.toLowerCase()
}

/** Resolves when the handler ends its response. */
function handled(ctx: Ctx, handler: Handler): Promise<void> {
  return new Promise((resolve, reject) => {
    const answer = new KoaAnswer(ctx, resolve)
    const next = (err: unknown): void => (answer.breaksOff(err) ? undefined : reject(err as Error))
    const act = async (): Promise<unknown> => handler(ctx.req as never, answer as never, next)
    act().catch(next)
  })
}

/** The response that an error handler is given: Koa sends the error by itself. */
function answered({ res }: Ctx): ServerResponse {
  return { headersSent: true, destroy: () => res.destroy() } as ServerResponse
}
