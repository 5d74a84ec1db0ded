import type { Options } from '../core/settings/options'
import { COMMON_MISTAKES, COOKIE_ATTRIBUTES, COOKIE_BOOLEANS, type OptionNames } from '../core/settings/option-warnings'

const OPTIONS = {
  secret: true,
  store: true,
  seal: true,
  resign: true,
  name: true,
  key: true,
  cookie: true,
  genid: true,
  resave: true,
  saveUninitialized: true,
  rolling: true,
  unset: true,
  concurrency: true,
  storeTimeout: true,
  onStoreError: true,
  saveErrors: true,
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
  clearCookie: true,
  cacheControl: true,
  strict: true,
  proxy: true,
  diagnostics: true,
  on: true,
} satisfies Record<keyof Options, true>

/** The option names of `session()`. */
export const OPTION_NAMES: OptionNames = {
  options: Object.keys(OPTIONS),
  attributes: COOKIE_ATTRIBUTES,
  booleans: ['resave', 'saveUninitialized', 'rolling', 'proxy', 'clearCookie', 'strict', 'diagnostics', ...COOKIE_BOOLEANS],
  instead: COMMON_MISTAKES,
}
