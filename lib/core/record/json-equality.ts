import { dataIn } from './session-view'

/** Data in a form to compare with later data. */
export interface Likeness {
  /** As `serializeData` gives them. */
  readonly text: string
  /** The parsed text, if it is known. It is shared and must not be changed. */
  readonly parsed?: object | undefined
}

/**
 * Whether the session's data would be serialized to the same text. It does not serialize them, which takes three times as long.
 *
 * @param parsed the data as JSON.parse gives them
 * @returns false also if only JSON.stringify can tell: for dates, instances of classes and objects with `toJSON`
 */
export function isUnchanged(session: object, parsed: object): boolean {
  const data = dataIn(session)
  const before = Object.keys(parsed)
  let at = 0
  for (const key of Object.keys(data)) {
    if (key === 'cookie') continue
    if (key !== before[at++] || !isSame(data[key as never], parsed[key as never])) return false
  }
  return at === before.length
}

function isSame(value: unknown, parsed: unknown): boolean {
  if (typeof parsed !== 'object' || parsed === null) return value === parsed
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return false
  return Array.isArray(parsed) ? isSameList(value, parsed) : isSameObject(value, parsed)
}

function isSameList(list: object, parsed: readonly unknown[]): boolean {
  if (!Array.isArray(list) || list.length !== parsed.length) return false
  for (let at = 0; at < parsed.length; at++) if (!isSame(list[at], parsed[at])) return false
  return true
}

/** Also in the same order of keys, as JSON writes them. */
function isSameObject(object: object, parsed: object): boolean {
  if (Object.getPrototypeOf(object) !== Object.prototype) return false
  const [keys, before] = [Object.keys(object), Object.keys(parsed)]
  if (keys.length !== before.length) return false
  for (let at = 0; at < before.length; at++) {
    const key = before[at] as never
    if (keys[at] !== key || !isSame(object[key], parsed[key])) return false
  }
  return true
}

/** A deep copy of parsed JSON. It takes an eighth of the time of parsing again. */
export function cloneJson<Value>(parsed: Value): Value {
  if (typeof parsed !== 'object' || parsed === null) return parsed
  if (Array.isArray(parsed)) return parsed.map(cloneJson) as Value
  const copy = { ...parsed }
  for (const key in copy) {
    const value = copy[key]
    if (typeof value === 'object' && value !== null) copy[key] = cloneJson(value)
  }
  return copy
}
