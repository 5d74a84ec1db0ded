/** Of the options, those that decide. */
export interface Policy {
  readonly resave: boolean
  readonly rolling: boolean
  readonly saveUninitialized: boolean
  readonly unset: 'destroy' | 'keep'
  /** A client whose session has ended is told to forget its cookie. So is each client of a family that clears. */
  readonly clearsCookie: boolean
  /** Each request moves the expiry of its session, because there is a limit for idle sessions. */
  readonly keepsIdle: boolean
  readonly family: Semantics
}

/** What express-session does and koa-session does not, and the other way round. */
export interface Semantics {
  /** Each request moves the expiry of a session that it does not change. Else `rolling` alone does. */
  readonly keepsAlive: boolean
  /** The cookie goes out with each save. Else with the first, and where it has a date that moves. */
  readonly cookieOnSave: boolean
  /** A new session whose cookie has other attributes than it began with is changed, as one that was read always is. */
  readonly watchesCookie: boolean
  /** A client whose session has ended is told to forget its cookie. And what has ended is destroyed only if the client had it, and once. */
  readonly clears: boolean
  /** A session of which less than half its life is left is saved. */
  readonly renews: boolean
}

export const CONNECT: Semantics = { keepsAlive: true, cookieOnSave: false, watchesCookie: false, clears: false, renews: false }

/** Of sessions that are kept in the cookie: whoever stores something sends it, and the cookie's end is the session's. */
export const KEPT: Semantics = { keepsAlive: false, cookieOnSave: true, watchesCookie: true, clears: true, renews: false }
