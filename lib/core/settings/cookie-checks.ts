import { serialize } from 'cookie'
import { Cookie, type CookieOptions } from '../record/cookie'
import { haveSameAttributes, type Attributes } from '../record/cookie-attributes'
import { isPromise } from '../../primitives/callbacks'
import { describeValue } from '../../primitives/describe-value'
import type { Host } from '../session/session'
import type { Options, PerHost } from './options'

/** How to write an attribute that the `cookie` package refuses. */
const EXPECTED: Readonly<Record<string, string>> = {
  domain: 'a host name such as "example.com"',
  path: 'a path such as "/app"',
  priority: '"low", "medium" or "high"',
  sameSite: '"lax", "strict", "none", "auto", true or false',
}

/**
 * @param report gets results of a function whose attributes are not those of the result before
 * @throws TypeError for attributes with which no request could have a session; with a function, the request fails
 */
export function settleCookie(
  name: string,
  option: Options['cookie'] | null,
  report: (cookie: CookieOptions) => void,
): PerHost<Host, CookieOptions> {
  const cookie = option || {}
  checkName(name)
  if (typeof cookie !== 'function') {
    checkAttributes(name, cookie)
    const settled = withLifetime(cookie)
    return () => settled
  }
  const checkGiven = checkerOf(name, report)
  return host => {
    const options = cookie(host)
    return isPromise<CookieOptions>(options) ? options.then(checkGiven) : checkGiven(options)
  }
}

/**
 * Checks results of a function, which may return undefined for the defaults. The attributes are checked again only if they are others than before.
 *
 * @returns a function that throws a TypeError for options with which the request could have no session
 */
function checkerOf(name: string, report: (cookie: CookieOptions) => void): (options: CookieOptions) => CookieOptions {
  let last: Attributes | undefined
  return options => {
    if (!options) return options
    if (last && haveSameAttributes(last, options)) checkLifetimeAndPath(options)
    else {
      checkAttributes(name, options)
      report(options)
      const { domain, path, httpOnly, secure, partitioned, priority, sameSite } = options
      last = { domain, path, httpOnly, secure, partitioned, priority, sameSite }
    }
    return withLifetime(options)
  }
}

/** A number in `expires` counts as `maxAge`, as in express-session. Of the two, the last one in the object wins. */
function withLifetime(options: CookieOptions): CookieOptions {
  if (typeof options.expires !== 'number') return options
  const settled: Record<string, unknown> = {}
  for (const name in options) settled[name === 'expires' ? 'maxAge' : name] = options[name as keyof CookieOptions]
  return settled
}

/** @throws TypeError for a cookie name that is not valid in a header */
export function checkName(name: string): void {
  try {
    serialize(name, '')
  } catch (err) {
    throw explained(err, `name option must be letters, digits and "-", "_" or ".", not ${describeValue(name)}`)
  }
}

/** @throws TypeError for attributes with which no request could have a session, or that are not valid in a header */
function checkAttributes(name: string, options: CookieOptions): void {
  if (typeof options !== 'object') {
    throw new TypeError(`cookie option: argument options must be a object, not ${describeValue(options)}; write { path: '/' }, for example`)
  }
  const cookie = new Cookie({ ...options, maxAge: null, expires: null })
  if ((cookie.secure as unknown) === 'auto') cookie.secure = true
  if ((cookie.sameSite as unknown) === 'auto') cookie.sameSite = 'lax'
  try {
    cookie.serialize(name, '')
  } catch (err) {
    const [, attribute = ''] = /^option (\w+) is invalid/.exec((err as Error).message) ?? []
    const expected = EXPECTED[attribute]
    if (!expected) throw err
    throw explained(err, `cookie.${attribute} must be ${expected}, not ${describeValue(options[attribute as keyof CookieOptions])}`)
  }
  checkLifetimeAndPath(options)
}

/**
 * Checks the result of a cookie function, on each request.
 *
 * @throws TypeError for an invalid lifetime, or a path that no request has. An invalid Date in `expires` is accepted here, as in express-session,
 * whose tests expect the error at the end of the request
 */
function checkLifetimeAndPath({ maxAge, expires, path }: CookieOptions): void {
  // NaN is falsy
  if ((maxAge || Number.isNaN(maxAge)) && !isLifetime(maxAge)) {
    const must = typeof maxAge === 'number' ? 'a number of milliseconds that ends before the year 275760' : 'a number or Date'
    throw new TypeError(`cookie.maxAge must be ${must}, not ${describeValue(maxAge)}; write 24 * 60 * 60 * 1000 for a day, or null`)
  }
  const isUsable = typeof expires === 'number' ? isLifetime(expires) : !expires || expires instanceof Date
  if (!isUsable) {
    throw new TypeError(`cookie.expires must be a Date, not ${describeValue(expires)}; write new Date(…), or maxAge in milliseconds`)
  }
  checkPath(path)
}

function checkPath(path: unknown): void {
  if (!path || (typeof path === 'string' && path.startsWith('/'))) return
  const instead = typeof path === 'string' && /^[\w-]/.test(path) && !path.includes(':') ? JSON.stringify(`/${path}`) : '"/"'
  throw new TypeError(`cookie.path must be a path that begins with "/", not ${describeValue(path)}; write ${instead}`)
}

/** Whether a Date can represent the moment in that many milliseconds. */
function isLifetime(maxAge: unknown): boolean {
  if (maxAge instanceof Date) return !Number.isNaN(maxAge.valueOf())
  return typeof maxAge === 'number' && !Number.isNaN(new Date(Date.now() + maxAge).valueOf())
}

/** Keeps the message of the `cookie` package first, because apps may look for it. */
function explained(err: unknown, explanation: string): TypeError {
  return new TypeError(`${(err as Error).message}: ${explanation}`, { cause: err })
}
