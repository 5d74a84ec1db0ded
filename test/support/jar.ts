interface Kept {
  readonly name: string
  readonly value: string
  readonly path: string
  /** In milliseconds since 1970. */
  readonly ends: number
}

/** The cookies of one browser, kept as RFC 6265 section 5 requires: by name and path, until they expire. */
export class Jar {
  readonly #kept = new Map<string, Kept>()

  /** Stores the cookies of a response. */
  take(lines: readonly string[], requestPath: string): void {
    for (const line of lines) {
      const cookie = read(line, requestPath)
      this.#kept.set(`${cookie.name}\n${cookie.path}`, cookie)
    }
  }

  /** The `Cookie` header of a request. */
  header(path: string): string {
    return this.#live(path)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  /** @returns undefined if there is no such cookie, or it has expired */
  value(name: string, path = '/'): string | undefined {
    return this.#live(path).find(cookie => cookie.name === name)?.value
  }

  /** Replaces the value of a cookie, as the user of a browser can. */
  forge(name: string, value: string): void {
    this.take([`${name}=${value}; path=/`], '/')
  }

  /** The names of the cookies that have not expired. */
  get names(): string[] {
    return this.#live().map(({ name }) => name)
  }

  #live(path?: string): Kept[] {
    const live = Array.from(this.#kept.values()).filter(({ ends }) => ends > Date.now())
    return path === undefined ? live : live.filter(cookie => path.startsWith(cookie.path))
  }
}

function read(line: string, requestPath: string): Kept {
  const [pair = '', ...attributes] = line.split('; ')
  const at = pair.indexOf('=')
  const attribute = (name: string): string | undefined =>
    attributes.find(text => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
  return {
    name: pair.slice(0, at),
    value: pair.slice(at + 1),
    path: attribute('path') ?? requestPath.slice(0, requestPath.lastIndexOf('/') || 1),
    ends: endOf(line),
  }
}

export function hasEnded(line: string): boolean {
  return endOf(line) <= Date.now()
}

/** In milliseconds since 1970. */
export function endOf(line: string): number {
  const text = /; expires=([^;]*)/i.exec(line)?.[1]
  return text === undefined ? Infinity : Date.parse(text)
}
