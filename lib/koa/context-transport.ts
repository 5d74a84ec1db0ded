import { isPromise } from '../primitives/callbacks'
import { repeated } from '../core/diagnostics/cookie-warnings'
import { pathOf } from '../primitives/http'
import type { Transport } from '../core/settings/transport'
import { connectionOf } from './connection'
import { takesHeaders, type Context } from './context'
import { reportRejected } from './cookies/cookie-reports'
import { KoasCookies } from './cookies/koas-cookies'
import type { KoaHost } from './session/carried-session'
import type { KoaSettings } from './settings/koa-settings'

/** The part of a request that tells which session the client has sent. */
interface Sent extends KoaHost {
  readonly settings: KoaSettings
  /** The ID that an earlier middleware has set on the context, instead of the one from the client. */
  readonly forcedId: string | undefined
  /** Whether the session may wait for a store that is disconnected. */
  readonly mayWait: boolean
}

const koas = new KoasCookies()

/** An app may say that its proxy is secure: `ctx.cookies.secure = true`, or cookies of its own. Cookies that are not used yet are not made for this. */
function isSecure(ctx: Context): boolean {
  return ctx.secure || (!koas.isOwn(ctx) && ctx.cookies.secure === true)
}

/** Implements the core's transport with a context. */
export const CONTEXT: Transport<Sent> = {
  path: ({ ctx }) => pathOf(ctx.originalUrl),
  isSecure: ({ ctx }) => isSecure(ctx),
  subject: ({ ctx }) => ({ req: ctx.req, ctx }),
  connection: ({ ctx }) => connectionOf(ctx),
  addsSecure: true,
  // An ID that an earlier middleware has set is sent again by it
  canSend: ({ ctx, forcedId }) => forcedId === undefined && takesHeaders(ctx) && !ctx.res.destroyed,
  isOutdated: ({ ctx, settings }) => settings.transport.isOutdated?.(ctx) === true,
  sentId(host) {
    const { availability } = host.settings
    // Not before: a request that is skipped, or on another path than the cookie's, needs no store
    return availability?.isReady === false && host.mayWait ? availability.ready().then(() => sentIdOf(host)) : sentIdOf(host)
  },
  otherId({ ctx, settings, forcedId }, _secrets, after) {
    const other = forcedId === undefined ? settings.otherCookie?.(ctx, after) : undefined
    if (other !== undefined) repeated(settings)
    return other
  },
}

function sentIdOf({ ctx, settings, forcedId }: Sent): string | undefined | PromiseLike<string | undefined> {
  const sent = forcedId ?? settings.transport.get(ctx)
  return isPromise<string | undefined>(sent) ? sent.then(said) : said(sent) || otherAtFirst(ctx, settings)
}

/** Another cookie of the same name, which `ctx.cookies` does not return. */
function otherAtFirst(ctx: Context, settings: KoaSettings): string | undefined {
  // The app's own transport
  if (!settings.otherCookie) return undefined
  const other = settings.otherCookie(ctx, 0)
  if (other === undefined) reportRejected(settings, ctx)
  else repeated(settings)
  return other
}

/** Koa returns an empty string for a missing header. */
function said(sent: string | undefined): string | undefined {
  return sent || undefined
}

/** The transport of a client that has sent no session. */
export const WITHOUT_SESSION: Transport<Sent> = { ...CONTEXT, sentId: () => undefined, otherId: () => undefined }
