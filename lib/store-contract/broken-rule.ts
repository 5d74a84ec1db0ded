import { AssertionError } from 'node:assert/strict'
import { inspect } from 'node:util'

/** The heading of the documentation of rules and options. */
const DOCUMENTATION = 'node_modules/resession/docs/stores.md#conformance-tests'

interface Failure {
  readonly code?: unknown
  readonly message?: unknown
  readonly stack?: unknown
  readonly actual?: unknown
  readonly expected?: unknown
  readonly operator?: string
  readonly generatedMessage?: boolean
}

/**
 * The error of a failed rule: which one, what was expected, and where the rules are documented. It keeps the values for runners that show
 * differences.
 */
export function brokenRule(store: string, rule: string, failure: unknown): Error {
  const { stack, actual, expected, operator } = (failure ?? {}) as Failure
  const text = `${store} breaks the rule "${rule}" of the store contract.\n${describe(failure)}\nSee ${DOCUMENTATION}`
  const err = isAssertion(failure)
    ? new AssertionError({ message: text, actual, expected, operator: operator ?? 'fail' })
    : new Error(text, { cause: failure })
  // The stack of the failure, with the lines of the rule or the store
  const frames = typeof stack === 'string' && stack.includes('\n    at ') ? stack.slice(stack.indexOf('\n    at ')) : ''
  // Some versions of Node append a difference, which runners show themselves
  err.message = text
  Object.defineProperty(err, 'stack', { value: `${err.name}: ${text}${frames}`, configurable: true, writable: true })
  return err
}

function describe(failure: unknown): string {
  if (!isAssertion(failure)) return `Expected: no error. Got: ${failure instanceof Error ? String(failure) : inspect(failure)}`
  const { message, actual, expected, operator = '', generatedMessage } = failure
  if (!generatedMessage) return String(message)
  const not = operator.startsWith('not') ? 'anything except ' : ''
  return `Expected: ${not}${shown(expected)}. Got: ${shown(actual)}`
}

function isAssertion(failure: unknown): failure is Failure {
  return (failure as Failure | undefined)?.code === 'ERR_ASSERTION'
}

function shown(value: unknown): string {
  return inspect(value, { depth: 4, breakLength: Infinity, maxStringLength: 200 })
}
