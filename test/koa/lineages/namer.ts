import { endOf, hasEnded } from '../../support/jar'
import type { TracedStore } from './traced-stores'

/** The observed results of one request. */
export interface Seen {
  readonly status: number
  readonly body: string
  /** The errors that the app emitted, by name. */
  readonly errors: readonly string[]
  /** Each Set-Cookie line without the attributes. */
  readonly cookies: readonly string[]
  /** The attributes of each line; a lifetime is in seconds from now. */
  readonly attributes: readonly string[]
  /** The store calls, in order. */
  readonly calls: readonly string[]
  /** The ttls that the store received, in milliseconds. */
  readonly ttls: readonly (number | undefined)[]
  /** All records. */
  readonly records: Readonly<Record<string, unknown>>
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly lines: readonly string[]
  readonly errors: readonly Error[]
  readonly store: TracedStore | undefined
}

/** Replaces random IDs by names, in the order in which they occur, and times by spans. */
export class Namer {
  readonly #names = new Map<string, string>()

  /** @param cookie the name of the cookie */
  constructor(readonly cookie: string) {}

  seen({ status, body, lines, errors, store }: Answer): Seen {
    // Only stored IDs get names; reads of others find nothing
    const asked = store?.calls ?? []
    for (const { call, id } of asked) if (call !== 'get') this.#named(id)
    const calls = asked.map(({ call, id }) => `${call} ${call === 'get' && !this.#names.has(bare(id)) ? 'unknown' : this.#named(id)}`)
    const records = [...(store?.records ?? [])].map(([id, text]) => [this.#named(id), timeless(JSON.parse(text) as object)] as const)
    return {
      status,
      body,
      errors: errors.map(({ name, message }) => `${name}: ${message}`),
      cookies: lines.map(line => this.#line(line)).sort(),
      attributes: lines.map(attributesOf).sort(),
      calls,
      ttls: asked.filter(({ call }) => call === 'set').map(({ ttl }) => ttl),
      records: Object.fromEntries(records),
    }
  }

  #named(id: string): string {
    const name = this.#names.get(bare(id)) ?? `id ${this.#names.size + 1}`
    this.#names.set(bare(id), name)
    return String(id).replace(bare(id), name)
  }

  #line(line: string): string {
    const [pair = ''] = line.split(';')
    const name = pair.slice(0, pair.indexOf('='))
    const which = name === this.cookie ? 'cookie' : name.replace(this.cookie, 'cookie')
    if (hasEnded(line)) return `${which} cleared`
    return name.endsWith('.sig') ? which : `${which}: ${this.#value(pair.slice(name.length + 1))}`
  }

  #value(value: string): string {
    const payload = parsed(value) ?? parsed(Buffer.from(value, 'base64').toString())
    if (!payload) return this.#named(value)
    const { _sid: id, ...data } = payload as { _sid?: string }
    if (id !== undefined && Object.keys(data).length === 0) return `{_sid: ${this.#named(id)}}`
    return JSON.stringify({ ...timeless(data), ...(id !== undefined && { _sid: 'an id' }) })
  }
}

/** The ID without the prefix of koa-generic-session. Values that are no strings occur too. */
function bare(id: string): string {
  return String(id).replace(/^koa:sess:/, '')
}

/** A record with its expiry as a span. */
function timeless(record: object): object {
  const { _expire, ...data } = record as { _expire?: number }
  return { ...data, ...(_expire !== undefined && { _expire: _expire - Date.now() }) }
}

function attributesOf(line: string): string {
  const [pair = '', ...attributes] = line.split('; ')
  const kept = attributes.filter(text => !/^expires=/i.test(text)).sort()
  const end = endOf(line)
  const life = end === Infinity ? [] : [hasEnded(line) ? 'at once' : `in ${(end - Date.now()) / 1000} s`]
  return [pair.includes('.sig=') ? 'sig' : 'cookie', ...kept, ...life].join('; ')
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value ? value : undefined
  } catch {
    return undefined
  }
}
