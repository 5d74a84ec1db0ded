import { isPromise } from '../core/call'
import { pathOf } from '../core/path'
import type { Transport } from '../core/transport'
import type { KoaHost } from './koa-host'

/** What the core asks of a request, answered by its context. */
export const CONTEXT: Transport<KoaHost> = {
  path: ({ ctx }) => pathOf(ctx.originalUrl),
  isSecure: ({ ctx }) => ctx.secure,
  isOutdated: ({ ctx, settings }) => settings.transport.isOutdated?.(ctx) === true,
  sentId({ ctx, settings, forcedId }) {
    const sent = forcedId ?? settings.transport.get(ctx)
    return isPromise<string | undefined>(sent) ? sent.then(said) : said(sent) || settings.otherCookie?.(ctx, 0)
  },
  otherId({ ctx, settings, forcedId }, _secrets, after) {
    return forcedId === undefined ? settings.otherCookie?.(ctx, after) : undefined
  },
}

/** A header that is missing is an empty one to Koa. */
function said(sent: string | undefined): string | undefined {
  return sent || undefined
}

/** Likewise, of a client that has sent no session. */
export const STRANGER: Transport<KoaHost> = { ...CONTEXT, sentId: () => undefined, otherId: () => undefined }
