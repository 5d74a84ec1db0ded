import { randomFillSync } from 'node:crypto'
import { serialize } from 'cookie'
import { sign, unsign } from 'cookie-signature'
import { record, type Data } from './record'
import { answer, cookiesFor, idsFor, SECRET, type Site } from './site'
import type { Visit } from './visits'

/** A stored session. */
interface Row {
  data: string
  /** Milliseconds since 1970. */
  expires: number | undefined
}

const NAME = 'connect.sid'
export const EMPTY = '{}'

/**
 * A session with a signed cookie in one handler, written without a package: no `req.session`, no options, no error handling, no response that waits
 * for the save, and no concurrent requests. It is the reference for the overhead of a package.
 */
export function manualSite(visit: Visit): Site {
  const { rolling = false, cookie: { maxAge } = {} } = visit.options ?? {}
  const rows = new Map<string, Row>()
  const expiry = (): number | undefined => (maxAge === undefined ? undefined : Date.now() + maxAge)
  for (const [visitor, id] of idsFor(visit).entries())
    rows.set(id, { data: JSON.stringify(record(visit.bytes, visitor)), expires: expiry() })
  const sentId = verifier()
  return {
    listener: (req, res) => {
      const sent = sentId(req.headers.cookie)
      const row = sent === undefined ? undefined : rows.get(sent)
      const data = JSON.parse(row?.data ?? EMPTY) as Data
      answer(res, () => {
        const body = visit.act(data)
        const left = { data: JSON.stringify(data), expires: expiry() }
        if (!row && left.data === EMPTY) return body
        const id = row ? (sent as string) : newId()
        rows.set(id, left)
        // As express-session does for a changed session whose cookie has an expiry
        const isMoved = maxAge !== undefined && left.data !== row?.data
        if (rolling || !row || isMoved) res.setHeader('Set-Cookie', lineOf(id, left))
        return body
      })
    },
    cookies: cookiesFor(visit),
    records: async () => Object.fromEntries(Array.from(rows, ([id, row]) => [id, recordOf(row, maxAge)])),
  }
}

/** Verifies a header with no other cookie, and caches valid values. */
function verifier(): (header: string | undefined) => string | undefined {
  const verified = new Map<string, string>()
  return header => {
    if (!header?.startsWith(`${NAME}=`)) return undefined
    const known = verified.get(header)
    if (known !== undefined) return known
    const id = unsign(decodeURIComponent(header.slice(NAME.length + 1)).slice('s:'.length), SECRET)
    if (id === false) return undefined
    verified.set(header, id)
    return id
  }
}

function lineOf(id: string, { expires }: Row): string {
  const attributes = { path: '/', httpOnly: true, ...(expires !== undefined && { expires: new Date(expires) }) }
  return serialize(NAME, `s:${sign(id, SECRET)}`, attributes)
}

const pool = Buffer.alloc(24 * 128)
let next = pool.length

/** An ID as long as those of the packages. */
export function newId(): string {
  if (next === pool.length) {
    randomFillSync(pool)
    next = 0
  }
  return pool.toString('base64url', next, (next += 24))
}

function recordOf({ data, expires }: Row, maxAge: number | undefined): object {
  const end = expires === undefined ? null : new Date(expires).toISOString()
  return { cookie: { originalMaxAge: maxAge ?? null, expires: end, httpOnly: true, path: '/' }, ...(JSON.parse(data) as Data) }
}
