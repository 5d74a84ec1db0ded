import type { AnyCookie, CookieData } from './cookie'
import { cloneJson } from './json-equality'
import { dateOf } from './lifetime'
import { isSame, merge, type Data } from './merge'
import { serializeData } from './serialize-data'
import { marksIn } from './marks'
import { MARKS, type Marks } from './reserved-key'
import type { SessionData } from './session-data'
import { dataIn } from './session-view'

/** What a record has beside its data. */
interface Beside {
  readonly cookie: AnyCookie | CookieData
  readonly marks: Marks | undefined
  readonly end: number | undefined
}

/**
 * The record that the store has, while requests apply their changes to it one after another. A change takes the time of the request's own data, however
 * large the record has become.
 */
export class RecordDraft {
  cookie: AnyCookie | CookieData;
  /** What the library remembers of the session. */
  [MARKS]: Marks | undefined
  /** When the record ends, in milliseconds since 1970; undefined if it does not say. */
  end: number | undefined
  /** As they are stored: not only JSON, because some stores keep dates. */
  readonly #values = new Map<string, unknown>()
  /** The same as JSON has them, by which changes are found. */
  readonly #json = new Map<string, unknown>()

  /** @param json JSON's copy of the data. A key that JSON does not have is not stored */
  private constructor({ cookie, marks, end }: Beside, data: Data, json: Data) {
    this.cookie = cookie
    this[MARKS] = marks
    this.end = end
    for (const key of Object.keys(json)) this.#put(key, data[key], json[key])
  }

  /** @param text of the record's data, if known */
  static of(record: SessionData, text = serializeData(record)): RecordDraft {
    const data = dataIn(record) as Data
    return new RecordDraft({ cookie: record.cookie, marks: marksIn(data), end: dateOf(record) }, data, JSON.parse(text) as Data)
  }

  /** @param text a whole record, with its cookie */
  static parse(text: string): RecordDraft {
    const { cookie, ...data } = JSON.parse(text) as SessionData
    const marks = marksIn(data)
    if (marks) delete (data as Data)[MARKS]
    return new RecordDraft({ cookie, marks, end: dateOf({ cookie }) }, data, data)
  }

  /** A draft of the same data, as JSON has it, with nothing in common. */
  clone(): RecordDraft {
    const data = cloneJson(Object.fromEntries(this.#json))
    return new RecordDraft({ cookie: this.cookie, marks: this[MARKS], end: this.end }, data, data)
  }

  /** Whether it is not what a request began with. */
  differsFrom(base: Data): boolean {
    const keys = Object.keys(base)
    return keys.length !== this.#json.size || !keys.every(key => this.#json.has(key) && isSame(base[key], this.#json.get(key)))
  }

  /**
   * Applies what a request has changed.
   *
   * @param values the values of `mine` as they are to be stored
   * @returns the keys to which another request has given another value
   */
  apply(base: Data, mine: Data, values: Data): readonly string[] {
    const { put, removed, conflicts } = merge(base, mine, this.#json)
    for (const key of put) this.#put(key, values[key], mine[key])
    for (const key of removed) {
      this.#values.delete(key)
      this.#json.delete(key)
    }
    return conflicts
  }

  /** The data as it is stored. */
  get data(): Data {
    // Not by assignment, under which `__proto__` is no key
    return Object.fromEntries(this.#values)
  }

  #put(key: string, value: unknown, json: unknown): void {
    this.#values.set(key, value)
    this.#json.set(key, json)
  }
}
