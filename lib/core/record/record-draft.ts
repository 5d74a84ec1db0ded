import type { AnyCookie, CookieData } from './cookie'
import { cloneJson } from './json-equality'
import { dateOf } from './lifetime'
import { isSame, merge, type Data } from './merge'
import { serializeData } from './serialize-data'
import { marksIn } from './marks'
import { MARKS, type Marks } from './reserved-key'
import type { SessionData } from './session-data'
import { dataIn } from './session-view'

/** The parts of a record that are not data. */
interface Beside {
  readonly cookie: AnyCookie | CookieData
  readonly marks: Marks | undefined
  readonly end: number | undefined
}

/**
 * A stored record to which several requests apply their changes in turn. Applying takes time for the request's own data only, however large the
 * record is.
 */
export class RecordDraft {
  cookie: AnyCookie | CookieData;
  /** What the library remembers of the session. */
  [MARKS]: Marks | undefined
  /** The end of the record, in milliseconds since 1970; undefined if it has none. */
  end: number | undefined
  /** The values to store. Not JSON, because some stores keep dates. */
  readonly #values = new Map<string, unknown>()
  /** The same as parsed JSON, to compare with. */
  readonly #json = new Map<string, unknown>()

  /** @param json the data as JSON has it. A key that JSON omits is not stored */
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

  /** A deep copy of the data, as JSON has it. */
  clone(): RecordDraft {
    const data = cloneJson(Object.fromEntries(this.#json))
    return new RecordDraft({ cookie: this.cookie, marks: this[MARKS], end: this.end }, data, data)
  }

  /** Whether the data differs from what a request began with. */
  differsFrom(base: Data): boolean {
    const keys = Object.keys(base)
    return keys.length !== this.#json.size || !keys.every(key => this.#json.has(key) && isSame(base[key], this.#json.get(key)))
  }

  /**
   * Applies the changes of a request.
   *
   * @param values the values of `mine` to store
   * @returns the keys that another request has changed to a different value
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

  /** The data to store. */
  get data(): Data {
    // Assignment would not make a key of `__proto__`
    return Object.fromEntries(this.#values)
  }

  #put(key: string, value: unknown, json: unknown): void {
    this.#values.set(key, value)
    this.#json.set(key, json)
  }
}
