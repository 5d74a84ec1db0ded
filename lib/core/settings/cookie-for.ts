import type { Transport } from './transport'
import type { Diagnosed } from '../diagnostics/diagnose'
import { Cookie, type CookieOptions } from '../record/cookie'
import { checkForwarded } from '../diagnostics/cookie-warnings'
import type { Host } from '../session/session'

interface Connected {
  readonly settings: Diagnosed
  readonly transport: Transport
  readonly host: Host
}

/** A new cookie, with the attributes that depend on the connection. */
export function cookieFor({ settings, transport, host }: Connected, options: CookieOptions): Cookie {
  const cookie = new Cookie(options)
  if (options.secure === 'auto') {
    cookie.secure = transport.isSecure(host)
    if (!cookie.secure) checkForwarded(settings, transport.connection(host))
  }
  if (options.sameSite === 'auto') cookie.sameSite = transport.isSecure(host) ? 'none' : 'lax'
  return cookie
}
