/** The default size of a session's data, as JSON. */
export const BYTES = 200

/** The data of the sessions of the benchmark. */
export interface Data {
  user: { id: number; name: string; email: string; roles: string[] }
  views: number
  note: string
  /** The data of large sessions: many small objects cost more than one long string. */
  cart?: { id: number; name: string; price: number; pieces: number }[]
}

/**
 * The data of a session, as large as `bytes` in JSON.
 *
 * @param visitor less than ten million, so that the size does not depend on it
 */
export function record(bytes: number, visitor = 0): Data {
  const data: Data = {
    user: { id: 10_000_000 + visitor, name: 'Ada Lovelace', email: 'ada@example.org', roles: ['reader', 'editor'] },
    views: 1,
    note: '',
  }
  const thing = { id: 10_000_000, name: 'Analytical engine', price: 199.95, pieces: 2 }
  // As many things as fit; the note fills the rest
  const things = Math.floor((bytes - JSON.stringify({ ...data, cart: [] }).length) / `${JSON.stringify(thing)},`.length)
  if (things > 0) data.cart = Array.from({ length: things }, (_, at) => ({ ...thing, id: thing.id + at }))
  data.note = 'n'.repeat(Math.max(0, bytes - JSON.stringify(data).length))
  return data
}

/** A record, or the content of a cookie, without the fields that packages keep beside the data. */
export function dataOf(record: object): object {
  const { cookie: _, _expire: __, _maxAge: ___, ...data } = record as Record<string, unknown>
  return data
}
