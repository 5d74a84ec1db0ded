/**
 * Names that a record format uses for itself. Data of such a name, or of one with `$` before it, stand in the record with one more `$` before it, so
 * that every name is free for the app.
 */
export class OwnedNames {
  readonly #taken: RegExp
  readonly #marked: RegExp

  constructor(...names: readonly string[]) {
    this.#taken = new RegExp(`^\\$*(?:${names.join('|')})$`)
    this.#marked = new RegExp(`^\\$+(?:${names.join('|')})$`)
  }

  /** The app's names as the record has them. @returns the object itself if no name is taken, else a copy */
  escape(data: object): object {
    return renamed(data, this.#taken, key => `$${key}`)
  }

  /** The record's names as the app has them. */
  unescape(data: object): object {
    return renamed(data, this.#marked, key => key.slice(1))
  }

  /** One name of the record as the app has it. */
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

/** The one name that every record has. */
export const COOKIE = new OwnedNames('cookie')
