import { bytesOf, isMissing, keyIn, listOf, type AnySecret } from '../../primitives/secrets'
import { describeType } from '../../primitives/describe-value'
import { diagnoseOptions, type Diagnosed } from '../diagnostics/diagnose'
import { optionError } from '../errors/option-errors'
import type { OptionWarning, WarningCode } from '../diagnostics/diagnose'
import { warningsOf, type OptionNames } from './option-warnings'

/** In bytes: the 128 bits that ASVS 5.0 section 7.2.3 asks of a session ID, so that the signature is not the easier guess. */
const LEAST = 16

/** The mistakes that `strict` refuses. Unknown options only warn, because another version may know them. */
const REFUSED: readonly WarningCode[] = ['RESESSION_DROPPED_COOKIE', 'RESESSION_SHORT_SECRET']

/**
 * Reports secrets that can be guessed.
 *
 * @param secret of the app; the result of a function is not checked
 */
export function shortSecrets(option: string, secret: unknown): OptionWarning[] {
  const shortest = Math.min(...Array.from(listOf(secret as AnySecret[] | undefined), given => bytesOf(keyIn(given))))
  if (shortest >= LEAST) return []
  const message = `Session option ${option} has a secret of ${shortest} bytes, which can be guessed; write at least ${LEAST}, such as the output of: openssl rand -base64 32`
  return [{ code: 'RESESSION_SHORT_SECRET', message }]
}

/** Reports secrets behind the first one that are undefined or null. They are left out. */
function missingSecrets(option: string, secret: unknown): OptionWarning[] {
  // Not the list itself, whose holes `flatMap` skips
  return Array.from(listOf(secret as AnySecret[] | undefined)).flatMap((given, at) => {
    if (at === 0 || !isMissing(given)) return []
    const message = `Session option ${option}[${at}] is ${describeType(given)}, and is left out; is the environment variable set that it comes from?`
    return [{ code: 'RESESSION_MISSING_SECRET', message }]
  })
}

/** Reports what is wrong with secrets that are accepted. */
export function secretWarnings(option: string, secret: unknown): OptionWarning[] {
  return [...missingSecrets(option, secret), ...shortSecrets(option, secret)]
}

/**
 * Reports mistakes in the options of a middleware.
 *
 * @param inSecrets what is wrong with its secrets
 * @throws TypeError for mistakes that `strict` refuses
 */
export function reportMistakes(
  options: { readonly strict?: boolean | undefined },
  about: Diagnosed,
  names: OptionNames,
  inSecrets: readonly OptionWarning[],
): void {
  const mistakes = [...warningsOf(options, about.name, names), ...inSecrets]
  refuseIfStrict(options.strict, mistakes)
  diagnoseOptions(about, mistakes)
}

/** @throws TypeError for the first mistake that browsers or auditors refuse */
function refuseIfStrict(strict: boolean | undefined, mistakes: readonly OptionWarning[]): void {
  if (strict !== undefined && typeof strict !== 'boolean') throw optionError('strict', 'be true or false', strict)
  const refused = strict ? mistakes.find(({ code }) => REFUSED.includes(code)) : undefined
  if (refused) throw new TypeError(`${refused.message} (refused because strict is true)`)
}
