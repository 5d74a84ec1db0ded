import { valuesIn } from '../../primitives/cookie-pairs'
import { rejected, repeated } from '../../core/diagnostics/cookie-warnings'
import type { Context } from '../context'
import type { KoaSettings } from '../settings/koa-settings'

/** Reports why the client's cookie was rejected. */
export function reportRejected(settings: KoaSettings, ctx: Context): void {
  const { name, cookie } = settings
  if (!cookie.signed || valuesOf(ctx, name).length === 0) return
  rejected(settings, valuesOf(ctx, `${name}.sig`).length > 0 ? 'invalid-signature' : 'no-signature', 'app.keys')
}

/** Reports a client that gets a new ID and sends several cookies, because it may send the old one first. */
export function reportRepeated(settings: KoaSettings, ctx: Context): void {
  if (valuesOf(ctx, settings.name).length > 1) repeated(settings)
}

function valuesOf({ req }: Context, name: string): string[] {
  const { cookie } = req.headers
  return cookie === undefined ? [] : valuesIn(cookie, name).filter(Boolean)
}
