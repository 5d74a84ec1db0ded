import type { OptionWarning } from '../diagnostics/warnings'
import type { CookieOptions } from '../record/cookie'
import { closest } from '../../primitives/spelling'

/** The options of a middleware, to check names and types. */
export interface OptionNames {
  readonly options: readonly string[]
  readonly attributes: readonly string[]
  /** Boolean options and attributes. */
  readonly booleans: readonly string[]
  /** What to write instead of options of other packages, by their lower-case names. */
  readonly instead: Readonly<Record<string, string>>
}

type Given = Readonly<Record<string, unknown>>

const ATTRIBUTES = {
  maxAge: true,
  expires: true,
  path: true,
  domain: true,
  httpOnly: true,
  secure: true,
  sameSite: true,
  priority: true,
  partitioned: true,
  signed: true,
  encode: true,
} satisfies Record<keyof CookieOptions, true>

/** With the names of `req.session.cookie`, which apps spread into the option. */
export const COOKIE_ATTRIBUTES = [...Object.keys(ATTRIBUTES), 'originalMaxAge', '_expires', 'data']
/** The attributes of the cookie that are true or false. */
export const COOKIE_BOOLEANS = ['httpOnly', 'secure', 'partitioned', 'signed']

/** Options of other session packages, and common guesses. */
export const COMMON_MISTAKES: Readonly<Record<string, string>> = {
  ttl: 'cookie.maxAge, or the ttl option of the store',
  expire: 'cookie.maxAge',
  expiry: 'cookie.maxAge',
  expiration: 'cookie.maxAge',
  duration: 'cookie.maxAge',
  lifetime: 'cookie.maxAge',
  timeout: 'cookie.maxAge, or storeTimeout',
  activeduration: 'rolling',
  cookiename: 'name',
  sid: 'name',
  keys: 'secret, which may be an array',
  password: 'secret',
  sessionstore: 'store',
  generateid: 'genid',
  generate: 'genid',
  idgenerator: 'genid',
  trustproxy: 'proxy',
  uninitialized: 'saveUninitialized',
}

/**
 * Mistakes that express-session accepts, so that they are not errors here.
 *
 * @param name of the cookie
 */
export function warningsOf(options: object, name: string, names: OptionNames): OptionWarning[] {
  const given = options as Given
  const cookie = typeof given.cookie === 'object' && given.cookie !== null ? (given.cookie as Given) : {}
  return [
    ...unknownIn(given, '', names),
    ...unknownIn(cookie, 'cookie.', names),
    ...stringsIn(given, '', names),
    ...stringsIn(cookie, 'cookie.', names),
    ...numberIn(cookie),
    ...(typeof given.cookie === 'function' ? [] : droppedBecause(name, cookie)),
  ]
}

function unknownIn(given: Given, where: '' | 'cookie.', names: OptionNames): OptionWarning[] {
  const known = where ? names.attributes : names.options
  const unknown = Object.keys(given).filter(key => given[key] !== undefined && !known.includes(key))
  return unknown.map(key => {
    const instead = insteadOf(key, where, names)
    return {
      code: 'RESESSION_UNKNOWN_OPTION',
      message: `Session option ${where}${key} is unknown and ignored${instead ? `; write ${instead}` : ''}`,
    }
  })
}

/** The closest name in the same object, else in the other one. */
function insteadOf(key: string, where: '' | 'cookie.', { options, attributes, instead }: OptionNames): string | undefined {
  const hint = instead[key.toLowerCase().replace(/[^a-z]/g, '')]
  if (hint) return hint
  const inCookie = closest(key, attributes)
  const beside = closest(key, options)
  const attribute = inCookie && `cookie.${inCookie}`
  const option = where && beside ? `${beside}, which is no part of cookie` : beside
  return where ? (attribute ?? option) : (option ?? attribute)
}

function stringsIn(given: Given, where: '' | 'cookie.', { booleans, attributes, options }: OptionNames): OptionWarning[] {
  const here = where ? attributes : options
  return booleans
    .filter(key => here.includes(key) && isMistaken(key, given[key]))
    .map(key => notBoolean(`${where}${key}`, given[key] as string))
}

function isMistaken(key: string, value: unknown): boolean {
  return typeof value === 'string' && !(key === 'secure' && value === 'auto')
}

function notBoolean(option: string, text: string): OptionWarning {
  // `proxy` is compared with true and false
  const taken = option === 'proxy' ? 'is ignored' : `counts as ${Boolean(text)}`
  return {
    code: 'RESESSION_BOOLEAN_OPTION',
    message: `Session option ${option} is the string ${JSON.stringify(text)}, which ${taken}; write ${option}: ${meaningOf(option, text)}`,
  }
}

function meaningOf(option: string, text: string): string {
  if (/^(false|0|no|off|)$/i.test(text.trim())) return 'false'
  if (/^(true|1|yes|on)$/i.test(text.trim())) return 'true'
  return option === 'cookie.secure' ? 'true, false or "auto"' : 'true or false'
}

/** In milliseconds since 1970: the year 2001. No lifetime is as long. */
const FIRST_DATE = 1e12

function numberIn({ expires }: Given): OptionWarning[] {
  if (typeof expires !== 'number') return []
  const instead = expires < FIRST_DATE ? `maxAge: ${expires}` : `expires: new Date(${expires})`
  const message = `Session option cookie.expires is the number ${expires}, which counts as maxAge; write ${instead}`
  return [{ code: 'RESESSION_NUMBER_IN_EXPIRES', message }]
}

interface Rule {
  readonly need: string
  readonly meets: (cookie: Given) => boolean
}

const SECURE: Rule = { need: 'secure: true (or "auto", behind HTTPS)', meets: ({ secure }) => Boolean(secure) }
const NO_DOMAIN: Rule = { need: 'no domain', meets: ({ domain }) => !domain }
const ROOT: Rule = { need: 'path: "/"', meets: ({ path }) => path === undefined || path === null || path === '/' }
const HTTP_ONLY: Rule = { need: 'httpOnly: true', meets: ({ httpOnly = true }) => Boolean(httpOnly) }

/** draft-ietf-httpbis-rfc6265bis section 4.1.3: browsers compare prefixes without case. */
const PREFIXES: Readonly<Record<string, readonly Rule[]>> = {
  '__Host-Http-': [SECURE, NO_DOMAIN, ROOT, HTTP_ONLY],
  '__Host-': [SECURE, NO_DOMAIN, ROOT],
  '__Http-': [SECURE, HTTP_ONLY],
  '__Secure-': [SECURE],
}

/** Cookies that browsers drop silently. */
function droppedBecause(name: string, cookie: Given): OptionWarning[] {
  const prefix = Object.keys(PREFIXES).find(prefix => name.toLowerCase().startsWith(prefix.toLowerCase()))
  return [
    ...(prefix ? unmet(`name "${name}"`, PREFIXES[prefix] as readonly Rule[], cookie) : []),
    ...(cookie.partitioned ? unmet('partitioned', [SECURE], cookie) : []),
    ...(/^(none|auto)$/i.test(String(cookie.sameSite)) ? unmet(`sameSite: "${String(cookie.sameSite)}"`, [SECURE], cookie) : []),
  ]
}

function unmet(what: string, rules: readonly Rule[], cookie: Given): OptionWarning[] {
  const needs = rules.filter(({ meets }) => !meets(cookie)).map(({ need }) => need)
  if (needs.length === 0) return []
  const message = `Session cookie with ${what} needs ${needs.join(', ')} in the cookie option; browsers drop it otherwise`
  return [{ code: 'RESESSION_DROPPED_COOKIE', message }]
}
