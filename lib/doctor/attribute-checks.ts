import { isLocal } from './browser-rules'
import { findings, type Finding } from './finding'
import { allVisits, responsesWith, sessionCookies, type Observations, type ReceivedResponse } from './observations'

/** Can a cache keep a response that sets the cookie? */
export function notCached(seen: Observations): Finding {
  const { pass, fail, warn, skip } = findings('not-cached')
  const responses = responsesWith(seen.name, ...allVisits(seen))
  if (responses.length === 0) return skip('There is no session cookie.')
  const cacheable = responses.find(response => isCacheable(response) === 'yes')
  const fix = 'Send "Cache-Control: private, no-store" with responses that set the cookie.'
  if (cacheable) {
    const header = cacheable.headers['cache-control'] ?? `Expires: ${cacheable.headers.expires}`
    return fail(`A shared cache may keep a response with Set-Cookie, and give the session to other users (${header}).`, fix)
  }
  const unclear = responses.some(response => isCacheable(response) === 'maybe')
  if (unclear) return warn('A response with Set-Cookie has no Cache-Control header. Some caches and CDNs keep such responses.', fix)
  return pass('No cache may keep the responses that set the cookie.')
}

/** RFC 9111 section 3: a shared cache may keep a response with an explicit lifetime; section 7.3 leaves cookies to the server. */
function isCacheable({ headers }: ReceivedResponse): 'yes' | 'maybe' | 'no' {
  const control = (headers['cache-control'] ?? '').toLowerCase()
  if (/no-store|private|no-cache/.test(control)) return 'no'
  const shared = /s-maxage\s*=\s*"?(\d+)/.exec(control) ?? /max-age\s*=\s*"?(\d+)/.exec(control)
  if (shared) return Number(shared[1]) > 0 ? 'yes' : 'no'
  if (/public/.test(control)) return 'yes'
  const expires = Date.parse(headers.expires ?? '')
  if (headers.expires !== undefined) return expires > Date.now() ? 'yes' : 'no'
  return 'maybe'
}

/** Is it hidden from scripts? */
export function httpOnly(seen: Observations): Finding {
  const { pass, fail, skip } = findings('http-only')
  const cookies = sessionCookies(seen.name, ...allVisits(seen))
  if (cookies.length === 0) return skip('There is no session cookie.')
  if (cookies.every(({ cookie }) => cookie.httpOnly)) return pass('The cookie is HttpOnly.')
  return fail('The cookie is not HttpOnly: a script in the page can read the session ID.', 'Set cookie.httpOnly to true, its default.')
}

/** Is it sent over HTTPS only? */
export function secure(seen: Observations): Finding {
  const { pass, fail, warn, skip } = findings('secure')
  const responses = responsesWith(seen.name, ...allVisits(seen))
  if (responses.length === 0) return skip('There is no session cookie.')
  const open = responses.filter(({ cookies }) => cookies.some(({ cookie }) => cookie.name === seen.name && !cookie.secure))
  if (open.length === 0) return pass('The cookie is Secure.')
  if (open.some(({ url }) => url.protocol === 'https:')) {
    return fail(
      'The cookie is set over https without Secure: a request over http would carry it in plain text.',
      'Set cookie.secure to true or "auto". Behind a proxy, also trust it: app.set("trust proxy", 1) in Express, app.proxy = true in Koa, or proxy: true.',
    )
  }
  if (isLocal(seen.url.hostname)) return pass('The cookie is not Secure, which is right for http on this machine.')
  return warn('The cookie is not Secure, and the site is open to all over http.', 'Use https, and set cookie.secure to true or "auto".')
}

const SITES = ['lax', 'strict', 'none']

/** Do requests of other sites carry it? */
export function sameSite(seen: Observations): Finding {
  const { pass, warn, skip } = findings('same-site')
  const [received] = sessionCookies(seen.name, ...allVisits(seen))
  if (!received) return skip('There is no session cookie.')
  const { sameSite } = received.cookie
  if (sameSite === undefined) return warn('The cookie has no SameSite. Chrome takes Lax; other browsers may send it from other sites.', LAX)
  if (!SITES.includes(sameSite)) return warn(`The cookie has SameSite=${sameSite}, which browsers ignore.`, LAX)
  if (sameSite === 'none') return warn('The cookie is SameSite=None: requests of other sites carry it, so the site needs CSRF tokens.', LAX)
  return pass(`The cookie is SameSite=${sameSite}.`)
}

const LAX = 'Set cookie.sameSite to "lax", unless other sites embed this one.'

/** RFC 6265bis section 5.5: browsers keep no cookie longer. In milliseconds. */
const LONGEST_LIFETIME = 400 * 86_400_000
/** In milliseconds. */
const MINUTE = 60_000

/** Does it live as long as meant? */
export function lifetime(seen: Observations): Finding {
  const { pass, warn, skip } = findings('lifetime')
  const [response] = responsesWith(seen.name, ...allVisits(seen))
  const ends = response?.cookies.find(({ cookie }) => cookie.name === seen.name)?.cookie.ends
  if (!response) return skip('There is no session cookie.')
  const skew = Date.parse(response.headers.date ?? '') - response.arrived
  if (Math.abs(skew) > MINUTE) {
    const minutes = Math.round(Math.abs(skew) / MINUTE)
    return warn(
      `The clock of the server is ${minutes} minutes ${skew > 0 ? 'fast' : 'slow'}, so cookies with Expires end too ${skew > 0 ? 'late' : 'early'}.`,
      'Set the clock.',
    )
  }
  if (ends === undefined) return pass('The cookie ends when the browser is closed.')
  const left = ends - response.arrived
  if (left > LONGEST_LIFETIME)
    return warn('The cookie has a lifetime of more than 400 days; browsers shorten it.', 'Set a shorter cookie.maxAge.')
  if (left < MINUTE) {
    return warn(
      `The cookie ends after ${Math.round(left / 1000)} seconds.`,
      'cookie.maxAge is in milliseconds: 24 * 60 * 60 * 1000 is a day.',
    )
  }
  return pass(`The cookie ends at ${new Date(ends).toUTCString()}.`)
}
