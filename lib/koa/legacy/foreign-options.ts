import { diagnoseOptions } from '../../core/diagnostics/diagnose'
import { ATTRIBUTES, type AnySpelling } from '../settings/option-aliases'

/** What koa-generic-session and koa-session-ts have in common. */
const GENERIC = [
  ...['key', 'store', 'reconnectTimeout', 'defer', 'rolling', 'allowEmpty', 'genSid', 'errorHandler', 'valid', 'beforeSave'],
] as const

/** The options of the older middlewares. */
const OPTIONS = {
  'koa-session': [
    ...['key', 'store', 'ContextStore', 'externalKey', 'autoCommit', 'rolling', 'renew', 'encode', 'decode'],
    ...['genid', 'prefix', 'valid', 'beforeSave', 'maxage', ...ATTRIBUTES],
  ],
  'koa-generic-session': [...GENERIC, 'cookie', 'ttl', 'prefix', 'sessionIdStore'],
  'koa-session-store': ['name', 'store', 'cookie'],
  'koa-session-ts': [...GENERIC, 'cookieOptions'],
} as const satisfies Record<string, readonly (keyof AnySpelling)[]>

/** An older middleware. */
export type Replaced = keyof typeof OPTIONS

/** Each preset can wait for a store, also where the older middleware does not. */
const OF_ALL: readonly string[] = ['reconnectTimeout']

const ALL = new Set<string>(Object.values(OPTIONS).flat())

/**
 * Leaves out the options that only other older middlewares have, because the replaced one ignores them. They are reported.
 *
 * @param name of the cookie, unless the options have another
 */
export function withoutForeign(options: AnySpelling, replaced: Replaced, name: string): AnySpelling {
  const own: readonly string[] = [...OPTIONS[replaced], ...OF_ALL]
  const isForeign = (option: string): boolean => ALL.has(option) && !own.includes(option)
  const foreign = Object.keys(options).filter(isForeign)
  if (foreign.length === 0) return options
  const kept: AnySpelling = Object.fromEntries(Object.entries(options).filter(([option]) => !isForeign(option)))
  diagnoseOptions(
    { name: kept.key ?? kept.name ?? name, diagnostics: kept.diagnostics !== false },
    foreign.map(option => ({
      code: 'RESESSION_UNKNOWN_OPTION',
      message: `Session option ${option} is unknown to ${replaced} and ignored; it is an option of resession/koa`,
    })),
  )
  return kept
}
