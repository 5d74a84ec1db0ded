import { Cookie, lifetimeOf, type CookieData } from '../core/record/cookie'
import { ENDS } from '../core/record/lifetime'
import type { SessionData } from '../core/record/session-data'
import { DAY, ID, type RecordShape } from './record-format'

/** A session in the cookie. The data are kept apart from what the library stores. */
interface Envelope {
  readonly id: string
  /** In milliseconds since 1970. */
  readonly ends: number
  /** In milliseconds; missing if the cookie ends with the browser. */
  readonly maxAge?: number
  /** The attributes of the cookie that differ from the defaults. */
  readonly cookie?: Partial<CookieData>
  readonly data: object
}

const USUAL = new Cookie().data

/** Records with the ID, the end and the data side by side. Usual attributes of the cookie are left out, because the record itself is in a cookie. */
export const envelope: RecordShape = {
  read(record) {
    const { id, ends, maxAge, cookie, data } = record as Partial<Envelope>
    if (typeof id !== 'string' || typeof ends !== 'number' || typeof data !== 'object') return undefined
    const lifetime = { originalMaxAge: maxAge ?? null, expires: maxAge === undefined ? null : new Date(ends) }
    return { ...data, cookie: { ...USUAL, ...cookie, ...lifetime }, [ENDS]: ends, [ID]: id } as SessionData
  },

  write(session, id): Envelope {
    const { cookie, ...data } = { ...session }
    const { originalMaxAge: _, expires, ...attributes } = (cookie as Cookie).data
    const maxAge = lifetimeOf(cookie)
    const unusual = Object.entries(attributes).filter(([name, value]) => value !== USUAL[name as keyof typeof attributes])
    return {
      id,
      ends: expires ? expires.valueOf() : Date.now() + DAY,
      ...(maxAge !== null && { maxAge }),
      ...(unusual.length > 0 && { cookie: Object.fromEntries(unusual) }),
      data,
    }
  },
}
