import type { Session } from '../core/session'
import type { Context } from './context'
import type { KoaTransport } from './cookie-transport'
import type { KoaOptions } from './koa-options'
import { spell, type AnySpelling } from './spellings'

/** What makes the middleware stand in for an older one. */
export interface Preset {
  readonly defaults: KoaOptions
  /** Spellings of its own, and what their values become. */
  readonly spellings?: Readonly<Record<string, readonly [option: keyof AnySpelling, convert?: (given: never) => unknown]>>
  /** Where sessions are kept that are given no store. */
  readonly store: 'cookie' | 'memory'
  /** It is called with an app, and says so. */
  readonly needsApp?: string
  /** The options where sessions are kept in a store. */
  readonly stored?: KoaOptions
}

/** One day, in milliseconds. */
const DAY = 86_400_000
/** What koa-session lets a store keep a session longer than its cookie. */
const GRACE = 10_000

const lifetime = (session: Session): number => (session.cookie.originalMaxAge ?? DAY) + GRACE

/** koa-generic-session and koa-session-ts decorate what they throw. */
const decorating =
  (whose: string): KoaOptions['onError'] =>
  (err, what) => {
    if (err instanceof Error) err.name = `${whose} ${what} error`
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

export const PRESETS = {
  koaSession: {
    store: 'cookie',
    needsApp: 'app instance required: `session(opts, app)`',
    defaults: { name: 'koa.sess', record: 'expiry', keepOnRegenerate: true, ttl: lifetime },
    spellings: { prefix: ['idPrefix'] },
  },
  koaGenericSession: {
    store: 'memory',
    defaults: {
      name: 'koa.sid',
      prefix: 'koa:sess:',
      record: 'options',
      cookie: { path: '/', httpOnly: true, overwrite: true, signed: true, maxAge: DAY },
      onError: decorating('koa-generic-session'),
    },
    spellings: {
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
    defaults: { name: 'koa:sess', record: 'data', ...json },
    stored: { cookieOnSave: false, transport: jsonId },
  },
  koaSessionTs: {
    store: 'memory',
    defaults: {
      name: 'koa.sid',
      record: 'options',
      cookie: { path: '/', httpOnly: true, overwrite: true, signed: true, secure: false, maxAge: DAY },
      onError: decorating('session middleware'),
    },
  },
} as const satisfies Record<string, Preset>

type PresetOptions = Omit<KoaOptions, 'store'> & { store: NonNullable<KoaOptions['store']> | 'memory' }

/** The options of the older middleware, in ours. */
export function presetOptions(preset: Preset, options: AnySpelling = {}): PresetOptions {
  const translated = spell(translate(preset, options))
  const store = translated.store ?? preset.store
  const stored = store === 'cookie' ? undefined : preset.stored
  const cookie = { ...preset.defaults.cookie, ...translated.cookie }
  return { ...preset.defaults, ...stored, ...translated, store, cookie }
}

function translate({ spellings = {} }: Preset, options: AnySpelling): AnySpelling {
  const translated: Record<string, unknown> = { ...options }
  for (const [old, [name, convert = (given: unknown) => given]] of Object.entries(spellings)) {
    if (translated[old] === undefined) continue
    translated[name] = convert(translated[old] as never)
    delete translated[old]
  }
  return translated
}
