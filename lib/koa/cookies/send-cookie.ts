import type { CookieDue } from '../../core/request/commit'
import { reportRepeated } from './cookie-reports'
import type { KoaHost } from '../koa-request'

/** Tells the client what is due. */
export function sendCookie({ ctx, settings, sessionID, exchange }: KoaHost, { plan, cookie, value }: CookieDue): unknown {
  const { transport } = settings
  if (exchange.settings.forbidsCaching && !ctx.res.getHeader('Cache-Control')) ctx.res.setHeader('Cache-Control', 'no-store')
  if (plan === 'clear') return transport.clear(ctx, cookie)
  if (sessionID !== exchange.sentId) reportRepeated(settings, ctx)
  return transport.set(ctx, value, cookie)
}
