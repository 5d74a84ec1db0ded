import { diagnoseOptions, type Diagnosed } from '../../core/diagnostics/diagnose'
import { COMMON_MISTAKES, COOKIE_ATTRIBUTES, COOKIE_BOOLEANS, warningsOf, type OptionNames } from '../../core/settings/option-warnings'
import { refuseIfStrict, shortSecrets } from '../../core/settings/strict'
import type { App } from '../context'
import type { KoaOptions } from './koa-options'
import { OLDER_NAMES } from './option-aliases'

const OPTIONS = {
  concurrency: true,
  storeTimeout: true,
  resign: true,
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
  rolling: true,
  saveUninitialized: true,
  name: true,
  store: true,
  cookie: true,
  genid: true,
  idPrefix: true,
  prefix: true,
  ttl: true,
  renew: true,
  defer: true,
  autoCommit: true,
  valid: true,
  skip: true,
  readOnly: true,
  cacheControl: true,
  strict: true,
  beforeSave: true,
  onError: true,
  reconnectTimeout: true,
  transport: true,
  seal: true,
  encode: true,
  decode: true,
  decodeErrors: true,
  record: true,
  keepOnRegenerate: true,
  names: true,
  Session: true,
  cookieOnSave: true,
  diagnostics: true,
  on: true,
} satisfies Record<keyof KoaOptions, true>

/** The option names of `resession/koa` and its presets. */
export const OPTION_NAMES: OptionNames = {
  options: [...Object.keys(OPTIONS), ...OLDER_NAMES],
  attributes: [...COOKIE_ATTRIBUTES, 'overwrite'],
  booleans: [
    ...['saveUninitialized', 'rolling', 'renew', 'defer', 'autoCommit', 'keepOnRegenerate', 'cookieOnSave', 'strict', 'diagnostics'],
    ...[...COOKIE_BOOLEANS, 'overwrite'],
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

/**
 * @param app whose keys may be set already
 * @throws TypeError for mistakes that `strict` refuses
 */
export function reportMistakes(options: KoaOptions, about: Diagnosed, app: App | undefined): void {
  const { seal, strict } = options
  const mistakes = [...warningsOf(options, about.name, OPTION_NAMES), ...shortSecrets('seal', seal), ...shortSecrets('app.keys', app?.keys)]
  refuseIfStrict(strict, mistakes)
  diagnoseOptions(about, mistakes)
}
