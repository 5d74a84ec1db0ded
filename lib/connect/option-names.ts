import type { Options } from '../core/settings/options'
import { COMMON_MISTAKES, COOKIE_ATTRIBUTES, COOKIE_BOOLEANS, SHARED_OPTIONS, type OptionNames } from '../core/settings/option-warnings'

/** The options of `session()`: the compiler reports a missing one. */
export const OPTIONS = {
  ...SHARED_OPTIONS,
  secret: true,
  key: true,
  resave: true,
  unset: true,
  onStoreError: true,
  saveErrors: true,
  clearCookie: true,
  proxy: true,
} satisfies Record<keyof Options, true>

/** The option names of `session()`. */
export const OPTION_NAMES: OptionNames = {
  options: Object.keys(OPTIONS),
  attributes: COOKIE_ATTRIBUTES,
  booleans: ['resave', 'saveUninitialized', 'rolling', 'proxy', 'clearCookie', 'strict', 'diagnostics', ...COOKIE_BOOLEANS],
  instead: COMMON_MISTAKES,
}
