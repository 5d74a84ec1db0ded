import { isPromise } from './callbacks'

/** Longer strings are cut in messages. */
const LONGEST = 40

/** A value in words, with its type. It quotes strings: not for what may be a secret, a session ID, or a URL with a password. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return value ? `the string ${quote(value)}` : 'an empty string'
  if (typeof value === 'number') return Number.isFinite(value) ? `the number ${value}` : String(value)
  return describeType(value)
}

/** The type of a value in words, without its content. */
export function describeType(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value)
  if (typeof value === 'function') return isClass(value) ? `the class ${nameOf(value)}` : 'a function'
  return typeof value === 'object' ? describeObject(value) : `a ${typeof value}`
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return 'an array'
  if (isPromise(value)) return 'a promise'
  if (value instanceof Date && Number.isNaN(value.valueOf())) return 'an invalid Date'
  const maker = (value as { constructor?: { name?: unknown } }).constructor?.name
  return typeof maker === 'string' && maker && maker !== 'Object' ? `an instance of ${maker}` : 'an object'
}

/** Whether a function is to be called with `new`: a class, or a constructor whose prototype has methods. */
export function isClass(value: unknown): value is new (...args: never[]) => object {
  if (typeof value !== 'function') return false
  if (/^class\b/.test(Function.prototype.toString.call(value))) return true
  const { prototype } = value as { prototype?: unknown }
  return typeof prototype === 'object' && prototype !== null && Object.getOwnPropertyNames(prototype).length > 1
}

function nameOf(made: object): string {
  const { name } = made as { name?: unknown }
  return typeof name === 'string' && name ? name : 'without a name'
}

function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)
}
