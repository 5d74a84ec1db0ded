import type { KoaContext } from './koa-app'

export type Act = (ctx: KoaContext) => unknown

type Session = Record<string, unknown>

/** Where it is deferred it is a promise. */
const sessionOf = async (ctx: KoaContext): Promise<Session> => (await (ctx.session as unknown)) as Session

/** What the session holds; some keep their cookie's options among it. */
async function dataOf(ctx: KoaContext): Promise<unknown> {
  const session = await (ctx.session as unknown)
  if (typeof session !== 'object' || session === null) return session
  const { cookie: _, ...data } = JSON.parse(JSON.stringify(session)) as Record<string, unknown>
  return data
}

/** @param value of which each session gets its own: koa-session-store writes on it */
const put =
  (value: unknown): Act =>
  ctx => {
    ctx.session = structuredClone(value) as KoaContext['session']
    return 'put'
  }

/** By the context, or where that cannot, by the session. */
async function renew(ctx: KoaContext): Promise<void> {
  await (ctx.regenerateSession?.() ?? (ctx.session as unknown as { regenerate(): Promise<void> }).regenerate())
}

/** What a handler does with its session, by the path that it answers. */
export const ACTS = {
  ignore: () => 'ignored',
  read: dataOf,
  json: ctx => ctx.session,
  set: async ctx => ((await sessionOf(ctx)).a = 1),
  change: async ctx => ((await sessionOf(ctx)).a = 2),
  /** What JSON, base64 and cookies write in other ways. */
  odd: ctx => ((ctx.session as { a?: string }).a = 'a=b, {"c"}'),
  /** What may not stand in a cookie. */
  strange: ctx => ((ctx.session as { a?: string }).a = 'a;\u00fc\u6f22'),
  hold: ctx => ((ctx.sessionSave = false), ((ctx.session as { a?: number }).a = 2)),
  force: ctx => (ctx.sessionSave = true),
  empty: put({}),
  replace: put({ b: 1 }),
  null: put(null),
  undefined: put(undefined),
  string: put('x'),
  regenerate: ctx => renew(ctx).then(() => 'renewed'),
  login: ctx => renew(ctx).then(async () => ((await sessionOf(ctx)).a = 1)),
  async 'set and throw'(ctx) {
    ;(await sessionOf(ctx)).a = 3
    throw new Error('the handler failed')
  },
  /** Where it is deferred: it is asked for, and nobody waits. */
  touch: ctx => (void ctx.session, 'touched'),
  'read twice': async ctx => (await Promise.all([dataOf(ctx), dataOf(ctx)])).map(data => data ?? 'nothing'),
  maxAge(ctx) {
    const { session } = ctx
    if (session?.cookie) session.cookie.maxAge = 60_000
    else if (session) session.maxAge = 60_000
    return 'shortened'
  },
} as const satisfies Record<string, Act>
