/* eslint-disable @typescript-eslint/require-await -- errors become rejections */
import { EventEmitter } from 'node:events'
import { DAY } from '../../cookie-store/record-format'

/** The event that a store emits when it is connected again. */
export const CONNECT: string = 'CONNECT'
/** The event that a store emits when it has lost its connection. */
export const DISCONNECT: string = 'DISCONNECT'

/** A stored session: its data with the cookie. */
export interface StoredSession {
  cookie: {
    expires?: Date
    /** In milliseconds. */
    maxAge?: number
    httpOnly?: boolean
    overwrite?: boolean
    path?: string
    secure?: boolean
    signed: boolean
  }
}

/** The base class of koa-session-ts for stores: an emitter, with a prefix for IDs and a lifetime. */
export abstract class BaseStore extends EventEmitter {
  constructor(protected prefix: string = 'koa:sess') {
    super()
  }

  abstract get(id: string): Promise<StoredSession | null | undefined>

  /**
   * For subclasses, which do the rest.
   *
   * @returns the lifetime in milliseconds: the given one, or that of the cookie
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a subclass may return anything; it calls this method for a number
  async set(_id: string, session: StoredSession, ttl?: number): Promise<any> {
    return lifeOf(session, ttl)
  }

  abstract destroy(id: string): Promise<void>
}

/** In milliseconds. If the cookie has both a date and a lifetime, the date counts. */
export function lifeOf({ cookie }: Partial<StoredSession>, ttl?: number): number {
  if (ttl) return ttl
  return cookie?.expires ? new Date(cookie.expires).valueOf() - Date.now() : cookie?.maxAge || DAY
}
