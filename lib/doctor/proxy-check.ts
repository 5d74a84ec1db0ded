import { findings, type Finding } from './finding'
import { allVisits, sessionCookies, type Observations } from './observations'

const TRUST = 'trust the proxy: app.set("trust proxy", 1) in Express, app.proxy = true in Koa, or the option proxy: true with plain Node'

/** Does the cookie survive a proxy that ends TLS, and talks http to the server? */
export function proxy(seen: Observations): Finding {
  const { pass, warn, skip } = findings('proxy')
  const { name, url, forwarded } = seen
  const cookies = sessionCookies(name, ...allVisits(seen))
  if (url.protocol === 'https:') {
    if (cookies.length === 0) return skip('There is no session cookie.')
    if (cookies.some(({ cookie, rejected }) => cookie.secure && rejected === undefined)) {
      return pass('The cookie comes through to the https URL, with Secure.')
    }
    // Without Secure, cookie.secure may be false, or the server may not know of the proxy. That check has the advice for both
    if (!cookies.some(({ cookie }) => cookie.secure)) return skip('The cookie is not Secure: see the check "secure".')
    return skip('A browser drops the cookie: see the check "cookie-kept".')
  }
  const behind = sessionCookies(name, forwarded)
  if (behind.some(({ cookie }) => cookie.secure))
    return pass('With "X-Forwarded-Proto: https", the cookie is Secure, as it has to be behind a proxy that ends TLS.')
  if (behind.length > 0) {
    return warn(
      'With "X-Forwarded-Proto: https", the cookie is still not Secure.',
      `This matters if a proxy ends TLS in front of this server: set cookie.secure to "auto", and ${TRUST}.`,
    )
  }
  if (cookies.length === 0) return skip('There is no session cookie.')
  return skip('The client that sent "X-Forwarded-Proto: https" got no cookie on its first visit.')
}
