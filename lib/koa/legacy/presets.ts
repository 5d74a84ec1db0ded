import { DAY } from '../../cookie-store/record-format'
import type { Context } from '../context'
import type { KoaTransport } from '../cookies/cookie-transport'
import type { KoaCookieOptions } from '../cookies/cookie-options'
import type { KoaOptions, SessionToStore } from '../settings/koa-options'
import { spell, type AnySpelling } from '../settings/option-aliases'

interface Want {
  readonly option: 'store' | 'externalKey' | 'ContextStore'
  readonly methods: readonly string[]
  readonly isClass?: true
}

/** What makes the middleware stand in for an older one. */
export interface Preset {
  readonly defaults: KoaOptions
  /** Spellings of its own, and what their values become. */
  readonly spellings?: Readonly<Record<string, readonly [option: keyof AnySpelling, convert?: (given: never) => unknown]>>
  /** Where sessions are kept that are given no store. */
  readonly store: 'cookie' | 'memory'
  /** What it says on the console of an older spelling, unless the one that came after is there too. */
  readonly deprecated?: readonly [old: keyof AnySpelling, option: keyof AnySpelling, text: string]
  /** Options with methods, and their names: who lacks one is told at once, in the older one's words. */
  readonly wants?: readonly Want[]
  /** It is called with an app, and says so. */
  readonly needsApp?: string
  /** The options where sessions are kept in a store. */
  readonly stored?: KoaOptions
}

/** What koa-session lets a store keep a session longer than its cookie. */
const GRACE = 10_000

const lifetime = (session: SessionToStore): number => (session.cookie.originalMaxAge ?? DAY) + GRACE

/** koa-generic-session and koa-session-ts decorate what they throw. */
const decorating =
  (whose: string): KoaOptions['onError'] =>
  (err, what) => {
    // Upstream leaves what destroy throws as it is
    if (err instanceof Error && what !== 'destroy') err.name = `${whose} ${what} error`
    throw err
  }

/** koa-session-store's cookie is JSON. What may not stand in a cookie is escaped, which its own reader understands. */
const json = {
  encode: (data: object): string => JSON.stringify(data).replace(/[;\u007f-\uffff]/g, escape),
  decode(text: string): object {
    const { _sid, ...data } = JSON.parse(text) as { _sid?: string }
    return data
  },
}

/** Its cookie carries the id as JSON too. */
const jsonId = (byCookie: KoaTransport): KoaTransport => ({
  ...byCookie,
  async get(ctx) {
    const text = await byCookie.get(ctx)
    return text && idIn(text)
  },
  set: (ctx, id, cookie) => byCookie.set(ctx, JSON.stringify({ _sid: id }), cookie),
})

function idIn(text: string): string | undefined {
  try {
    const { _sid } = JSON.parse(text) as { _sid?: unknown }
    return typeof _sid === 'string' ? _sid : undefined
  } catch {
    // What a browser sent is no error of ours
    return undefined
  }
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Their handlers hear of reads and writes: a session that could not be ended is an error, whatever they say. */
function heedless(errorHandler: NonNullable<KoaOptions['onError']>): KoaOptions['onError'] {
  return (err, what, ctx) => {
    if (what === 'destroy') throw err
    return errorHandler(err, what, ctx)
  }
}

/** koa-generic-session takes the older spelling in a cookie too. */
function maxAgeOf({ maxage, ...cookie }: KoaCookieOptions & { maxage?: number }): KoaCookieOptions {
  return maxage === undefined ? cookie : { maxAge: maxage, ...cookie }
}

const TS_COOKIE: KoaCookieOptions = { httpOnly: true, maxAge: DAY, overwrite: true, path: '/', secure: false, signed: true }

export const PRESETS = {
  koaSession: {
    store: 'cookie',
    needsApp: 'app instance required: `session(opts, app)`',
    wants: [
      { option: 'store', methods: ['get', 'set', 'destroy'] },
      { option: 'externalKey', methods: ['get', 'set'] },
      { option: 'ContextStore', methods: ['get', 'set', 'destroy'], isClass: true },
    ],
    deprecated: ['maxage', 'maxAge', '[koa-session] DeprecationWarning: `maxage` option has been renamed to `maxAge`'],
    defaults: { name: 'koa.sess', record: 'expiry', decodeErrors: 'throw', keepOnRegenerate: true, ttl: lifetime },
    spellings: { prefix: ['idPrefix'] },
  },
  koaGenericSession: {
    store: 'memory',
    defaults: {
      name: 'koa.sid',
      prefix: 'koa:sess:',
      names: 'cookie',
      record: 'options',
      cookie: { httpOnly: true, path: '/', overwrite: true, signed: true, maxAge: DAY },
      onError: decorating('koa-generic-session'),
    },
    spellings: {
      cookie: ['cookie', maxAgeOf],
      errorHandler: ['onError', heedless],
      genSid: [
        'genid',
        (genSid: (this: Context, length: number) => string) =>
          function (this: Context, _ctx: Context, length: number) {
            return genSid.call(this, length)
          },
      ],
    },
  },
  koaSessionStore: {
    store: 'cookie',
    defaults: { name: 'koa:sess', names: 'none', record: 'data', ...json },
    stored: { cookieOnSave: false, transport: jsonId },
  },
  koaSessionTs: {
    store: 'memory',
    defaults: {
      name: 'koa.sid',
      names: 'cookie',
      record: 'options',
      cookie: TS_COOKIE,
      onError: decorating('session middleware'),
    },
    // It signs where nobody says a thing of cookies, and else where they are said to be signed
    spellings: {
      cookieOptions: ['cookieOptions', (given: KoaCookieOptions) => ({ ...TS_COOKIE, signed: false, ...given })],
      errorHandler: ['onError', heedless],
    },
  },
} as const satisfies Record<string, Preset>

type PresetOptions = Omit<KoaOptions, 'store'> & { store: NonNullable<KoaOptions['store']> | 'memory' }

/** The options of the older middleware, in ours. @throws TypeError where that would throw at once */
export function presetOptions(preset: Preset, options: AnySpelling = {}): PresetOptions {
  const given = said(options)
  for (const want of preset.wants ?? []) demand(want, given[want.option])
  warn(preset, options)
  const translated = spell(translate(preset, given))
  const store = translated.store ?? preset.store
  const stored = store === 'cookie' ? undefined : preset.stored
  // In the order in which they are shown, which is the app's, and for koa-session-ts that of its defaults
  const cookie = { ...translated.cookie, ...preset.defaults.cookie, ...translated.cookie }
  return { ...preset.defaults, ...stored, ...translated, store, cookie }
}

/** None of them tells null from nothing. */
function said(options: AnySpelling): AnySpelling {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null))
}

function demand({ option, methods, isClass }: Want, given: unknown): void {
  if (!given || given === 'cookie') return
  if (isClass && !isClassItself(given)) throw new TypeError(`${option} must be a class`)
  // A function that makes stores is ours alone
  if (!isClass && typeof given === 'function') return
  const [owner, where] = isClass ? [(given as { prototype: object }).prototype, `${option}.prototype`] : [given, option]
  for (const method of methods) {
    if (typeof (owner as Record<string, unknown>)[method] !== 'function') throw new TypeError(`${where}.${method} must be function`)
  }
}

function isClassItself(given: unknown): boolean {
  return typeof given === 'function' && /^class\b/.test(Function.prototype.toString.call(given))
}

/** As koa-session 7 does, whatever the values. */
function warn({ deprecated }: Preset, options: AnySpelling): void {
  if (!deprecated || process.env.NODE_ENV === 'production') return
  const [old, option, text] = deprecated
  if (old in options && !(option in options)) console.warn(text)
}

function translate({ spellings = {} }: Preset, options: AnySpelling): AnySpelling {
  const translated: Record<string, unknown> = { ...options }
  for (const [old, [name, convert = (given: unknown) => given]] of Object.entries(spellings)) {
    if (translated[old] === undefined) continue
    const converted: unknown = convert(translated[old] as never)
    delete translated[old]
    translated[name] = converted
  }
  return translated
}
