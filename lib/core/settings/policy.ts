/** The options that decide what happens at the end of a request. */
export interface Policy {
  readonly resave: boolean
  readonly rolling: boolean
  readonly saveUninitialized: boolean
  readonly unset: 'destroy' | 'keep'
  /** Whether the cookie of a session that has ended is cleared. With `clears` it always is. */
  readonly clearsCookie: boolean
  /** Each request that counts as activity moves the expiry of its session, because there is a limit for idle sessions. */
  readonly keepsIdle: boolean
  /** Whether the expiry is moved by a save in place of a touch, because `beforeSave` may change the session. */
  readonly rollsBySave?: boolean | undefined
  readonly family: Semantics
}

/** Differences between express-session and koa-session. */
export interface Semantics {
  /** Whether each request moves the expiry of an unchanged session. Otherwise only `rolling` does. */
  readonly keepsAlive: boolean
  /** Whether each save sends the cookie. Otherwise the first does, and those of a cookie with an expiry. */
  readonly cookieOnSave: boolean
  /** Whether a new session counts as changed if its cookie's attributes have changed. One that was read always does. */
  readonly watchesCookie: boolean
  /** Whether the cookie of a session that has ended is cleared. A session is then destroyed only if the client had it, and once. */
  readonly clears: boolean
  /**
   * Whether a session is saved when less than half of its lifetime is left: false, or the lifetime in milliseconds of a record whose cookie ends with the
   * browser.
   */
  readonly renews: number | false
}

/** As in express-session. */
export const CONNECT: Semantics = { keepsAlive: true, cookieOnSave: false, watchesCookie: false, clears: false, renews: false }

/** For sessions in the cookie: a save always sends it, and its end is the session's. */
export const IN_COOKIE: Semantics = { keepsAlive: false, cookieOnSave: true, watchesCookie: true, clears: true, renews: false }
