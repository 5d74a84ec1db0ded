import { findings, type Finding } from './finding'
import { allVisits, responsesWith, sessionCookies, type Observations, type ReceivedCookie } from './observations'

const TRUST_PROXY =
  'write app.set("trust proxy", 1) in Express, app.proxy = true in Koa, or the option proxy: true with plain Node; the proxy must send X-Forwarded-Proto'

/** Is a cookie set? */
export function cookieSet(seen: Observations): Finding {
  const { pass, fail } = findings('cookie-set')
  const { name, url, login } = seen
  if (sessionCookies(name, ...allVisits(seen)).length > 0) return pass(`The session cookie is "${name}".`)
  if (sessionCookies(name, seen.forwarded).length > 0) {
    return fail(
      `There is no session cookie over http. With "X-Forwarded-Proto: https", "${name}" is set: the server sets it on secure connections only.`,
      'Open the site through its https URL, or set cookie.secure to "auto" for development without https.',
    )
  }
  const unsaved = login
    ? 'the handler puts nothing into the session'
    : 'the page puts nothing into the session, and saveUninitialized is false: use the URL of a page that does, or --login'
  const insecure = `cookie.secure is true and the server takes the connection for an insecure one${url.protocol === 'https:' ? '' : ' (it is http)'}: ${TRUST_PROXY}`
  return fail('No response sets a session cookie.', `The usual causes: ${unsaved}; or ${insecure}.`)
}

/** Would a browser keep it? */
export function cookieKept(seen: Observations): Finding {
  const { pass, fail, warn, skip } = findings('cookie-kept')
  const cookies = sessionCookies(seen.name, ...allVisits(seen))
  if (cookies.length === 0) return skip('There is no session cookie.')
  const rejected = cookies.find(({ rejected }) => rejected !== undefined)
  if (rejected) return fail(`A browser drops the cookie: ${rejected.rejected}.`, fixOf(rejected))
  const twice = responsesWith(seen.name, ...allVisits(seen)).find(({ cookies }) => cookies.filter(isNamed(seen.name)).length > 1)
  if (twice) {
    return warn(
      `One response sets several cookies of this name (${twice.url.pathname}).`,
      'Use one session middleware; two of them need different names.',
    )
  }
  return pass('A browser keeps the cookie.')
}

function isNamed(name: string | undefined): (received: ReceivedCookie) => boolean {
  return ({ cookie }) => cookie.name === name
}

const FIXES: readonly (readonly [pattern: RegExp, fix: string])[] = [
  [/Secure, and the page/, 'Use https, or set cookie.secure to "auto". Browsers make an exception for localhost only.'],
  [/SameSite=None/, 'Set cookie.secure to true, or sameSite to "lax".'],
  [/Partitioned/, 'Set cookie.secure to true.'],
  [/public suffix/, 'Leave cookie.domain out, or set it to your own domain.'],
  [/its Domain/, 'Leave cookie.domain out: the cookie then belongs to the host in the address bar, also behind a proxy.'],
  [/needs Secure/, 'Use https and set secure: true, path: "/" and no domain; or choose another name.'],
  [/expired|past/, 'Set cookie.maxAge to a positive number of milliseconds, and check the clock of the server.'],
  [/its Path/, 'Set cookie.path to a shorter path, such as "/".'],
  [/its name and value/, 'Keep less in the cookie, or keep sessions in a store.'],
]

function fixOf({ rejected }: ReceivedCookie): string | undefined {
  return FIXES.find(([pattern]) => pattern.test(rejected as string))?.[1]
}

/** Does the client send it back? */
export function cookieReturned(seen: Observations): Finding {
  const { pass, fail, skip } = findings('cookie-returned')
  const { name, url } = seen
  const visits = [seen.first, seen.second, seen.login, seen.afterLogin]
  const kept = sessionCookies(name, ...visits).filter(({ rejected }) => rejected === undefined)
  if (name === undefined || kept.length === 0) return skip('There is no cookie that a browser keeps.')
  const later = [...(seen.afterLogin ? [seen.afterLogin] : []), ...seen.parallel]
  const requests = later.flatMap(({ responses }) => responses)
  if (requests.some(({ sent }) => name in sent)) return pass('The browser sends the cookie back.')
  const [{ cookie }] = kept as [ReceivedCookie]
  const fix = 'Set cookie.path to "/". A proxy that removes a prefix from the path must not be the reason for another Path.'
  return fail(`The browser does not send the cookie to ${url.pathname}: its Path is ${cookie.path ?? 'that of the page that set it'}.`, fix)
}
