import { DAY } from '../../cookie-store/record-format'
import { lifetimeOf } from '../../core/record/cookie'
import type { Context } from '../context'
import type { KoaTransport } from '../cookies/cookie-transport'
import type { KoaOptions, SessionToStore } from '../settings/koa-options'
import { ATTRIBUTES, spell, type AnySpelling } from '../settings/option-aliases'
import { cookieOf, TS_COOKIE, tsCookieOf, withLifetime } from './older-cookies'
import { withoutForeign, type Replaced } from './foreign-options'

interface Want {
  readonly option: 'store' | 'externalKey' | 'ContextStore'
  readonly methods: readonly string[]
  readonly isClass?: true
}

/** How the middleware stands in for an older one. */
export interface Preset {
  readonly replaces: Replaced
  readonly defaults: KoaOptions & { readonly name: string }
  /** Its own spellings of options, and their conversions. */
  readonly spellings?: Readonly<Record<string, readonly [option: keyof AnySpelling, convert?: (given: never) => unknown]>>
  /** Where sessions are kept without the option `store`. */
  readonly store: 'cookie' | 'memory'
  /** Deprecated spellings, each reported on the console unless the newer one is set too. */
  readonly deprecated?: readonly [old: keyof AnySpelling, option: keyof AnySpelling, text: string]
  /** Options that need methods. A missing one throws with the older middleware's message. */
  readonly wants?: readonly Want[]
  /** It requires an app, with this message. */
  readonly needsApp?: string
  /** Options that apply if sessions are kept in a store. */
  readonly stored?: KoaOptions
}

/** How much longer than its cookie koa-session lets a store keep a session, in milliseconds. */
const GRACE = 10_000

const lifetime = (session: SessionToStore): number => (lifetimeOf(session.cookie) ?? DAY) + GRACE

/** koa-generic-session and koa-session-ts change the names of errors. */
const renamingErrors =
  (whose: string): KoaOptions['onError'] =>
  (err, what) => {
    // They leave errors of destroy unchanged
    if (err instanceof Error && what !== 'destroy') err.name = `${whose} ${what} error`
    throw err
  }

/** koa-session-store's cookie is JSON. Characters that a cookie cannot hold are escaped, which its own reader decodes. */
const json = {
  encode: (data: object): string => JSON.stringify(data).replace(/[;\u007f-\uffff]/g, escape),
  decode(text: string): object {
    const { _sid, ...data } = JSON.parse(text) as { _sid?: string }
    return data
  },
}

/** Its cookie has the ID as JSON too. */
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
    // Input of a browser is never an error of the app
    return undefined
  }
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A number as text, such as that of an environment variable, is that number, as to Node's timers and to stores. */
function numberOf(ms: unknown): unknown {
  return typeof ms === 'string' && /^\d+$/.test(ms) ? Number(ms) : ms
}

/** Their error handlers are called for reads and writes. An error of destroy is always thrown. */
function exceptDestroy(errorHandler: NonNullable<KoaOptions['onError']>): KoaOptions['onError'] {
  return (err, what, ctx) => {
    if (what === 'destroy') throw err
    return errorHandler(err, what, ctx)
  }
}

/** The defaults and checks of the four older middlewares. */
export const PRESETS = {
  koaSession: {
    replaces: 'koa-session',
    store: 'cookie',
    needsApp: 'app instance required: `session(opts, app)`',
    wants: [
      { option: 'store', methods: ['get', 'set', 'destroy'] },
      { option: 'externalKey', methods: ['get', 'set'] },
      { option: 'ContextStore', methods: ['get', 'set', 'destroy'], isClass: true },
    ],
    deprecated: ['maxage', 'maxAge', '[koa-session] DeprecationWarning: `maxage` option has been renamed to `maxAge`'],
    defaults: {
      ...{ name: 'koa.sess', record: 'expiry', names: 'koa-session' },
      ...{ decodeErrors: 'throw', keepOnRegenerate: true, ttl: lifetime, reconnectTimeout: false },
    },
    spellings: { prefix: ['idPrefix'] },
  },
  koaGenericSession: {
    replaces: 'koa-generic-session',
    store: 'memory',
    defaults: {
      name: 'koa.sid',
      prefix: 'koa:sess:',
      names: 'cookie',
      record: 'options',
      cookie: { httpOnly: true, path: '/', overwrite: true, signed: true, maxAge: DAY },
      onError: renamingErrors('koa-generic-session'),
    },
    spellings: {
      cookie: ['cookie', cookieOf],
      errorHandler: ['onError', exceptDestroy],
      // To it 0 is no value
      reconnectTimeout: ['reconnectTimeout', (ms: unknown) => numberOf(ms) || undefined],
      ttl: ['ttl', numberOf],
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
    replaces: 'koa-session-store',
    store: 'cookie',
    defaults: { name: 'koa:sess', names: 'none', record: 'data', reconnectTimeout: false, ...json },
    stored: { cookieOnSave: false, transport: jsonId },
    spellings: { cookie: ['cookie', cookieOf] },
  },
  koaSessionTs: {
    replaces: 'koa-session-ts',
    store: 'memory',
    defaults: {
      name: 'koa.sid',
      names: 'cookie',
      record: 'options',
      cookie: TS_COOKIE,
      onError: renamingErrors('session middleware'),
    },
    // It signs by default, and otherwise if the cookie options say so
    spellings: {
      cookieOptions: ['cookieOptions', tsCookieOf],
      reconnectTimeout: ['reconnectTimeout', numberOf],
      errorHandler: ['onError', exceptDestroy],
    },
  },
} as const satisfies Record<string, Preset>

type PresetOptions = Omit<KoaOptions, 'store'> & { store: NonNullable<KoaOptions['store']> | 'memory' }

/**
 * Converts the options of the older middleware.
 *
 * @throws TypeError where the older one throws at setup
 */
export function presetOptions(preset: Preset, options: AnySpelling = {}): PresetOptions {
  const given = withoutForeign(onlyGiven(options), preset.replaces, preset.defaults.name)
  for (const want of preset.wants ?? []) demandWanted(want, given[want.option])
  warn(preset, options)
  // Of both, koa-session uses the class
  const places = given.ContextStore && { store: undefined }
  const used = withoutUnusedKey(preset, translate(preset, { ...given, ...places }))
  const translated = withoutAttributes(spell(used))
  const store = translated.store ?? preset.store
  const stored = store === 'cookie' ? undefined : preset.stored
  const cookie = withLifetime(translated.cookie ?? {}, preset.defaults.cookie)
  return { ...preset.defaults, ...stored, ...translated, store, cookie }
}

/** The attributes are in the cookie by then. Those among the options would be put there again. */
function withoutAttributes(options: AnySpelling): KoaOptions {
  return Object.fromEntries(Object.entries(options).filter(([option]) => !(ATTRIBUTES as readonly string[]).includes(option)))
}

/** A session that is kept in the cookie has no ID, so that koa-session does not use `externalKey`. It would carry the session, unsigned. */
function withoutUnusedKey(preset: Preset, { externalKey, ...options }: AnySpelling): AnySpelling {
  const { store = preset.store, ContextStore } = options
  return externalKey && (store !== 'cookie' || ContextStore) ? { ...options, externalKey } : options
}

/** Options that are not given if they are falsy, as in `store: isProduction && new Store()`. */
const OBJECTS: readonly string[] = [
  ...['key', 'name', 'cookie', 'store', 'ContextStore', 'externalKey', 'sessionIdStore'],
  ...['genid', 'genSid', 'ttl', 'valid', 'beforeSave', 'errorHandler', 'encode', 'decode'],
]

/** None of them distinguishes null from undefined. */
function onlyGiven(options: AnySpelling): AnySpelling {
  const isGiven = ([name, value]: [string, unknown]): boolean =>
    value !== undefined && value !== null && (Boolean(value) || !OBJECTS.includes(name))
  return Object.fromEntries(Object.entries(options).filter(isGiven))
}

function demandWanted({ option, methods, isClass }: Want, given: unknown): void {
  if (!given || given === 'cookie') return
  if (isClass && !isClassItself(given)) throw new TypeError(`${option} must be a class`)
  // A function that returns stores exists only here
  if (!isClass && typeof given === 'function') return
  const [owner, where] = isClass ? [(given as { prototype: object }).prototype, `${option}.prototype`] : [given, option]
  for (const method of methods) {
    if (typeof (owner as Record<string, unknown>)[method] !== 'function') throw new TypeError(`${where}.${method} must be function`)
  }
}

/** Also a function that Babel has made of a class. */
function isClassItself(given: unknown): boolean {
  return typeof given === 'function' && /^class\b|classCallCheck\(/.test(Function.prototype.toString.call(given))
}

/** As koa-session 7 does, for any value. */
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
