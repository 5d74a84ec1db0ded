import type { OptionWarning } from '../diagnostics/diagnose'
import type { CookieOptions } from '../record/cookie'
import { describeValue } from '../../primitives/describe-value'
import type { Options } from './options'
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

/** The options of every adapter. */
export const SHARED_OPTIONS = {
  store: true,
  seal: true,
  resign: true,
  name: true,
  cookie: true,
  genid: true,
  saveUninitialized: true,
  rolling: true,
  concurrency: true,
  storeTimeout: true,
  hashIds: true,
  touchAfter: true,
  idleTimeout: true,
  absoluteTimeout: true,
  renewAfter: true,
  grace: true,
  activity: true,
  userId: true,
  maxSessionsPerUser: true,
  describe: true,
  validate: true,
  awaitTouch: true,
  skip: true,
  readOnly: true,
  cacheControl: true,
  strict: true,
  diagnostics: true,
  on: true,
} satisfies Partial<Record<keyof Options, true>>

/** Options of other session packages, and common guesses. */
export const COMMON_MISTAKES: Readonly<Record<string, string>> = {
  ttl: 'cookie.maxAge, or the ttl option of the store',
  expire: 'cookie.maxAge',
  expiry: 'cookie.maxAge',
  expiration: 'cookie.maxAge',
  duration: 'cookie.maxAge',
  lifetime: 'cookie.maxAge',
  expiresin: 'cookie.maxAge',
  maxlifetime: 'cookie.maxAge',
  sessiontimeout: 'cookie.maxAge, or idleTimeout',
  timeout: 'cookie.maxAge, or storeTimeout',
  activeduration: 'rolling',
  cookiename: 'name',
  cookieoptions: 'cookie',
  sessionname: 'name',
  sid: 'name',
  keys: 'secret, which may be an array',
  password: 'secret',
  encryptionkey: 'seal',
  prefix: 'the prefix option of the store',
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
    ...stringsIn(given, '', names),
    ...attributeWarnings(cookie, names),
    ...shortLifetime(cookie),
    ...(typeof given.cookie === 'function' ? [] : droppedBecause(name, cookie)),
  ]
}

/** Mistakes in the names and types of attributes, which express-session accepts. */
export function attributeWarnings(cookie: object, names: OptionNames): OptionWarning[] {
  const given = cookie as Given
  return [...unknownIn(given, 'cookie.', names), ...stringsIn(given, 'cookie.', names), ...numberIn(given)]
}

/** Reports misspelled names. Other unknown names are no mistake: Sails and Midway pass all options of their own. */
function unknownIn(given: Given, where: '' | 'cookie.', names: OptionNames): OptionWarning[] {
  const known = where ? names.attributes : names.options
  const unknown = Object.keys(given).filter(key => given[key] !== undefined && !known.includes(key))
  return unknown.flatMap(key => {
    const instead = insteadOf(key, where, names)
    const message = `Session option ${where}${key} is unknown and ignored; write ${String(instead)}`
    return instead ? [{ code: 'RESESSION_UNKNOWN_OPTION', message }] : []
  })
}

/** The closest name in either object; of two that are equally close, that of the same object. */
function insteadOf(key: string, where: '' | 'cookie.', { options, attributes, instead }: OptionNames): string | undefined {
  const hint = instead[key.toLowerCase().replace(/[^a-z]/g, '')]
  if (hint) return hint
  const [here, there] = where ? [attributes, options] : [options, attributes]
  const name = closest(key, [...here, ...there])
  if (!name || here.includes(name)) return name && `${where}${name}`
  return where ? `${name}, which is no part of cookie` : `cookie.${name}`
}

function stringsIn(given: Given, where: '' | 'cookie.', { booleans, attributes, options }: OptionNames): OptionWarning[] {
  const here = where ? attributes : options
  return booleans
    .filter(key => here.includes(key) && isMistaken(key, given[key]))
    .map(key => (key === 'proxy' ? notProxy(given.proxy) : notBoolean(`${where}${key}`, given[key] as string)))
}

function isMistaken(key: string, value: unknown): boolean {
  // It is compared with true and false, and other values are ignored
  if (key === 'proxy') return value !== undefined && value !== null && typeof value !== 'boolean'
  return typeof value === 'string' && !(key === 'secure' && value === 'auto')
}

function notProxy(value: unknown): OptionWarning {
  const isPlain = typeof value === 'string' || value === 0 || value === 1
  const instead = isPlain ? meaningOf('proxy', String(value)) : "true, or app.set('trust proxy', …) in its place"
  const given = typeof value === 'string' ? `the string ${JSON.stringify(value)}` : describeValue(value)
  return { code: 'RESESSION_BOOLEAN_OPTION', message: `Session option proxy is ${given}, which is ignored; write proxy: ${instead}` }
}

function notBoolean(option: string, text: string): OptionWarning {
  const message = `Session option ${option} is the string ${JSON.stringify(text)}, which counts as ${Boolean(text)}; write ${option}: ${meaningOf(option, text)}`
  return { code: 'RESESSION_BOOLEAN_OPTION', message }
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

/** In milliseconds. Less is no lifetime of a session, but of one that was meant in seconds. */
const SHORTEST = 10_000

function shortLifetime({ maxAge }: Given): OptionWarning[] {
  if (typeof maxAge !== 'number' || maxAge <= 0 || maxAge >= SHORTEST) return []
  const message = `Session option cookie.maxAge is ${maxAge} milliseconds; write ${maxAge} * 1000 if you mean seconds`
  return [{ code: 'RESESSION_SHORT_LIFETIME', message }]
}

interface Rule {
  readonly need: string
  readonly meets: (cookie: Given) => boolean
}

const SECURE: Rule = { need: 'secure: true (or "auto", behind HTTPS)', meets: ({ secure }) => Boolean(secure) }
const NO_DOMAIN: Rule = { need: 'no domain', meets: ({ domain }) => !domain }
// An attribute that is given replaces the default, even if it is undefined
const ROOT: Rule = { need: 'path: "/"', meets: cookie => !('path' in cookie) || cookie.path === '/' }
const HTTP_ONLY: Rule = { need: 'httpOnly: true', meets: cookie => !('httpOnly' in cookie) || Boolean(cookie.httpOnly) }

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
