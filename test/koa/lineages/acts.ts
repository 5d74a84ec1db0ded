import type { KoaContext } from './koa-app'

export type Act = (ctx: KoaContext) => unknown

type Session = Record<string, unknown>

/** The session, which is a promise if it is deferred. */
const sessionOf = async (ctx: KoaContext): Promise<Session> => (await (ctx.session as unknown)) as Session

/** The data of the session; some packages store their cookie options among it. */
async function dataOf(ctx: KoaContext): Promise<unknown> {
  const session = await (ctx.session as unknown)
  if (typeof session !== 'object' || session === null) return session
  const { cookie: _, ...data } = JSON.parse(JSON.stringify(session)) as Record<string, unknown>
  return data
}

/** @param value copied for each session, because koa-session-store changes it */
const put =
  (value: unknown): Act =>
  ctx => {
    ctx.session = structuredClone(value) as KoaContext['session']
    return 'put'
  }

/** Regenerates the session through the context, or else through the session. */
async function renew(ctx: KoaContext): Promise<void> {
  await (ctx.regenerateSession?.() ?? (ctx.session as unknown as { regenerate(): Promise<void> }).regenerate())
}

/** The handlers by path. */
export const ACTS = {
  ignore: () => 'ignored',
  read: dataOf,
  json: ctx => ctx.session,
  set: async ctx => ((await sessionOf(ctx)).a = 1),
  change: async ctx => ((await sessionOf(ctx)).a = 2),
  /** Characters that JSON, base64 and cookies encode differently. */
  odd: ctx => ((ctx.session as { a?: string }).a = 'a=b, {"c"}'),
  /** Characters that are invalid in a cookie. */
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
  /** Uses a deferred session without await. */
  touch: ctx => (void ctx.session, 'touched'),
  'read twice': async ctx => (await Promise.all([dataOf(ctx), dataOf(ctx)])).map(data => data ?? 'nothing'),
  maxAge(ctx) {
    const { session } = ctx
    if (session?.cookie) session.cookie.maxAge = 60_000
    else if (session) session.maxAge = 60_000
    return 'shortened'
  },
} as const satisfies Record<string, Act>
