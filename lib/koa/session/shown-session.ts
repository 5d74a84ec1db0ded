/** Under this symbol the object at `ctx.session` knows its session. */
export const SESSION = Symbol('resession.koa.session')

export interface Shown<Session extends object> {
  [SESSION]: Session
}

/** Hidden, so that the object has no other names than its data. */
export function attach(shown: object, session: object): void {
  Object.defineProperty(shown, SESSION, { value: session, configurable: true })
}

/**
 * @param record with the cookie beside the data. Data named as a member of the object's class are passed over, as express-session does it
 * @param nameOf what the app calls what the record calls so
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

/** Names that all objects inherit are free, but for the one that says what they inherit from. */
function isFree(shown: object, name: string): boolean {
  let holder: object | null = shown
  // Not by reading, since a name of a class may be an accessor
  while (holder && !Object.hasOwn(holder, name)) holder = Object.getPrototypeOf(holder) as object | null
  return holder === Object.prototype && name !== '__proto__'
}
