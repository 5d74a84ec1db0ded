/** The key under which the object at `ctx.session` refers to its session. */
export const SESSION = Symbol('resession.koa.session')

/** An object that the app has as its session. */
export interface Shown<Session extends object> {
  [SESSION]: Behind<Session>
}

/** A session, or a request that makes it when a member of it is used. */
export interface Behind<Session extends object> {
  readonly carried: Session
}

/** Not enumerable, so that the object has no other names than its data. */
export function attach(shown: object, session: Behind<object>): void {
  Object.defineProperty(shown, SESSION, { value: session, configurable: true })
}

/** Whether an object of the app can be a session itself, and need not be copied: the app may change it after it has assigned it. */
export function isTakeable(value: object): boolean {
  return Object.isExtensible(value) && !Array.isArray(value) && !(SESSION in value) && !('toJSON' in value)
}

/**
 * Copies data into the app's object. Data with the name of a method hide it, as in koa-session; those with the name of an accessor are skipped.
 *
 * @param record the data with the cookie
 * @param nameOf converts a name of the record to that of the app
 */
export function fill(shown: object, record: object, nameOf: (key: string) => string): void {
  const own = shown as Record<string, unknown>
  for (const key of Object.keys(record)) {
    if (key === 'cookie') continue
    const name = nameOf(key)
    const value: unknown = record[key as never]
    if (!(name in shown)) own[name] = value
    else if (isFree(shown, name)) Object.defineProperty(own, name, { value, configurable: true, writable: true, enumerable: true })
  }
}

/** Whether a name is free: inherited names are, except those of accessors, such as `__proto__`. */
function isFree(shown: object, name: string): boolean {
  let holder: object = shown
  // Without reading it, because it may be an accessor
  while (!Object.hasOwn(holder, name)) holder = Object.getPrototypeOf(holder) as object
  return holder !== shown && 'value' in (Object.getOwnPropertyDescriptor(holder, name) as PropertyDescriptor)
}

/**
 * What the app has assigned to `ctx.session`. To koa-session, null and undefined end the session; to the older middlewares, each falsy value does.
 *
 * @throws TypeError if it is not an object
 */
export function assignable(value: unknown, names: string): object | null {
  const isEnd = names === 'koa-session' ? value === null || value === undefined : !value
  if (isEnd) return null
  if (typeof value !== 'object') throw new TypeError('ctx.session can only be set as null or an object')
  return value
}
