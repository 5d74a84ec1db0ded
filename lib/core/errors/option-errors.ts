import { describeValue } from '../../primitives/describe-value'

/**
 * The error for an option whose value can never work.
 *
 * @param must what the value must do or be
 * @param instead what to write instead
 */
export function optionError(option: string, must: string, given: unknown, instead?: string): TypeError {
  return new TypeError(`${option} option must ${must}, not ${describeValue(given)}${instead ? `; ${instead}` : ''}`)
}

/**
 * Checks what `session()` was given in place of options. Without options, or with a false value, express-session uses its defaults.
 *
 * @param call how `session()` is called, for the messages
 * @throws TypeError for a request, which `app.use(session)` passes, and for any other value that has no options. A text is not quoted: it may be the secret
 */
export function checkOptions(given: unknown, call: string): void {
  if (!given) return
  if (typeof given !== 'object' || Array.isArray(given)) throw new TypeError(`options must be an object; write ${call}`)
  if ('headers' in given && 'url' in given)
    throw new TypeError(`session was called for a request: write app.use(${call}), not app.use(session)`)
}
