/**
 * IDs that SQLite or a driver does not keep: a lone surrogate is replaced, and text ends at NUL. Their key is JSON, and so is that of IDs that look
 * like JSON.
 */
const ESCAPED = /^"|[\0\ud800-\udfff]/

/** The key of the row of an ID. */
export function keyOf(id: string): string {
  const text = String(id)
  return ESCAPED.test(text) ? JSON.stringify(text) : text
}

/** The ID of a row. */
export function idOf(key: string): string {
  return key.startsWith('"') ? (JSON.parse(key) as string) : key
}
