/**
 * Names that a record format uses itself. Data with such a name, with or without leading `$`, are stored with one more `$` before the name, so that
 * every name is free for the app.
 */
export class OwnedNames {
  readonly #taken: RegExp
  readonly #marked: RegExp

  constructor(...names: readonly string[]) {
    this.#taken = new RegExp(`^\\$*(?:${names.join('|')})$`)
    this.#marked = new RegExp(`^\\$+(?:${names.join('|')})$`)
  }

  /**
   * Data with the names of the record.
   *
   * @returns the same object if no name changes, else a copy
   */
  escape(data: object): object {
    return renamed(data, this.#taken, key => `$${key}`)
  }

  /** Data with the names of the app. */
  unescape(data: object): object {
    return renamed(data, this.#marked, key => key.slice(1))
  }

  /** A name of the record as the name of the app. */
  nameOf(key: string): string {
    return key.startsWith('$') && this.#marked.test(key) ? key.slice(1) : key
  }
}

function renamed(data: object, pattern: RegExp, rename: (key: string) => string): object {
  for (const key in data) {
    if (pattern.test(key))
      return Object.fromEntries(Object.entries(data).map(([key, value]) => [pattern.test(key) ? rename(key) : key, value as unknown]))
  }
  return data
}

/** The name that every record uses. */
export const COOKIE = new OwnedNames('cookie')
