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
