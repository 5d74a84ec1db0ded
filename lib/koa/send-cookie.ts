import type { CookieDue } from '../core/commit'
import { reportRepeated } from './cookie-reports'
import type { KoaHost } from './koa-host'

/** Tells the client what is due. */
export function sendCookie({ ctx, settings, sessionID, exchange }: KoaHost, { plan, cookie, value }: CookieDue): unknown {
  const { transport } = settings
  if (plan === 'clear') return transport.clear(ctx, cookie)
  if (sessionID !== exchange.sentId) reportRepeated(settings, ctx)
  return transport.set(ctx, value, cookie)
}
