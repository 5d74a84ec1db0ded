/** What a session keeps with a new ID: all data and the attributes of its cookie, or the named keys. */
export type Keep = true | readonly string[]

/** Whether it is a value of the option `keep`: true, or names of keys. */
export function isKeep(keep: unknown): keep is Keep {
  return keep === true || (Array.isArray(keep) && keep.every(key => typeof key === 'string'))
}

/** The options of `regenerate`. */
export interface RegenerateOptions {
  /**
   * What the new session keeps: `true` for all data and the attributes of the cookie, or an array of keys.
   *
   * @default false
   */
  keep?: boolean | readonly string[] | undefined
}

/**
 * The option `keep` in the first argument of `regenerate`.
 *
 * @returns no valid `keep` for `regenerate(true)` and `regenerate(['cart'])`, which would otherwise drop the data
 */
export function keepIn(given: unknown, otherwise = false): unknown {
  if (given === true || Array.isArray(given)) return [given]
  const { keep = otherwise } = (given ?? {}) as RegenerateOptions
  return keep
}
