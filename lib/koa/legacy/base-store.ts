/* eslint-disable @typescript-eslint/require-await -- what fails is a rejection */
import { EventEmitter } from 'node:events'
import { DAY } from '../../cookie-store/record-format'

/** The event that a store emits when it is connected again. */
export const CONNECT: string = 'CONNECT'
/** The event that a store emits when it has lost its connection. */
export const DISCONNECT: string = 'DISCONNECT'

/** A session as stores keep it: its data, and its cookie beside them. */
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

/** koa-session-ts's, for stores that inherit it: an emitter, with what stands before ids, and with what is said of lives. */
export abstract class BaseStore extends EventEmitter {
  constructor(protected prefix: string = 'koa:sess') {
    super()
  }

  abstract get(id: string): Promise<StoredSession | null | undefined>

  /**
   * For those who inherit it, and do the rest.
   *
   * @returns how long the session is to be kept, in milliseconds: as it is said here, or else in the cookie
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what inherits it may return what it likes, and calls it for a number
  async set(_id: string, session: StoredSession, ttl?: number): Promise<any> {
    return lifeOf(session, ttl)
  }

  abstract destroy(id: string): Promise<void>
}

/** In milliseconds. Of a date and a span in the cookie the date holds. */
export function lifeOf({ cookie }: Partial<StoredSession>, ttl?: number): number {
  if (ttl) return ttl
  return cookie?.expires ? new Date(cookie.expires).valueOf() - Date.now() : cookie?.maxAge || DAY
}
