import { COMMON_MISTAKES, COOKIE_ATTRIBUTES, COOKIE_BOOLEANS, SHARED_OPTIONS, type OptionNames } from '../../core/settings/option-warnings'
import type { KoaOptions } from './koa-options'
import { OLDER_NAMES } from './option-aliases'

/** The options of `resession/koa`, without the older names: the compiler reports a missing one. */
export const OPTIONS = {
  ...SHARED_OPTIONS,
  idPrefix: true,
  prefix: true,
  ttl: true,
  renew: true,
  defer: true,
  autoCommit: true,
  valid: true,
  beforeSave: true,
  onError: true,
  reconnectTimeout: true,
  transport: true,
  encode: true,
  decode: true,
  decodeErrors: true,
  record: true,
  keepOnRegenerate: true,
  names: true,
  Session: true,
  cookieOnSave: true,
} satisfies Record<keyof KoaOptions, true>

/** The option names of `resession/koa` and its presets. */
export const OPTION_NAMES: OptionNames = {
  options: [...Object.keys(OPTIONS), ...OLDER_NAMES],
  attributes: [...COOKIE_ATTRIBUTES, 'overwrite', 'encrypt'],
  booleans: [
    ...['saveUninitialized', 'rolling', 'renew', 'defer', 'autoCommit', 'keepOnRegenerate', 'cookieOnSave', 'strict', 'diagnostics'],
    ...[...COOKIE_BOOLEANS, 'overwrite', 'encrypt'],
  ],
  instead: {
    ...COMMON_MISTAKES,
    secret: 'app.keys',
    keys: 'app.keys',
    proxy: 'app.proxy',
    trustproxy: 'app.proxy',
    onstoreerror: 'onError',
    saveerrors: 'onError',
    resave: 'nothing; a session is saved only if it has changed',
    clearcookie: 'nothing; the cookie of a session that has ended is always cleared',
    unset: 'nothing; a session that is set to null is destroyed',
  },
}
