import { type Keep, isKeep, keepIn, type RegenerateOptions } from './keep'
import { lendMethods, ownMethods } from './own-methods'
import { destroySurely } from '../store/destroy-surely'
import { WaitGroup } from '../../primitives/wait-group'
import { separate } from '../record/marks'
import type { Read } from '../record/snapshot'
import type { LifetimeOfHost } from './session-info'
import type { Secret } from '../../primitives/secrets'
import { type SessionData, cookieOf } from '../record/session-data'
import { afterReturn } from '../../primitives/after-return'
import { isPromise, fromCallback, ignoreRejection, type Callback } from '../../primitives/callbacks'
import type { AnyCookie } from '../record/cookie'

import { clientFor } from '../store/store-clients'
import { ending, endThrough, type EndsOfHost } from './session-end'
import { gone, isUnanswered } from '../errors/store-errors'
import type { SessionStore } from '../store/contract'
import type { StoreClient } from '../store/store-client'

/** The key under which a host refers to its exchange. */
export const EXCHANGE = Symbol('resession.exchange')

/** The carrier of a session: a Connect request, or a Koa context. */
export interface Host {
  session?: Session | null | undefined
  sessionID?: string | undefined
  sessionStore?: SessionStore
  /** The secret of cookie-parser. */
  secret?: unknown
  /** The class of its sessions, if it is a subclass. */
  readonly Session?: new (host: never, data?: object) => Session
  [EXCHANGE]?: HostExchange
}

/** A change of a session, or of a copy of it. */
export type Change = (session: Partial<SessionData>) => void

/** How to make the session that replaces another one. */
export interface Successor {
  /** Puts a new session on the host. */
  generate(host: Host): unknown
  /** Adds data to it. */
  readonly fill: (() => void) | undefined
}

/** The exchange, as sessions and stores see it. */
export interface HostExchange extends LifetimeOfHost, EndsOfHost {
  readonly settings: { readonly name: string; readonly store: SessionStore }
  /** The client for the host's current store. */
  readonly storeClient: StoreClient
  /** The secrets of this exchange; the first one signs. */
  readonly secrets: readonly Secret[]
  /**
   * The session that the handler left.
   *
   * @throws TypeError if it is not an object
   */
  session(): Session | undefined
  save(session: Session, done: Callback): void
  update(session: Session, change: Change, done: Callback): void
  /** Gives the session a new ID. */
  rotate(session: Session, keep: Keep, done: Callback): void
  /**
   * The session of this ID is read again.
   *
   * @returns the moment, for `read`
   */
  reading(id: string): number | undefined
  /** The result of a read. */
  read(id: string, read: Read): void
  /** Another session has replaced one that was ended, or is to be, perhaps with the same ID. */
  renewed(before?: Session): void
  /** Whether a new session is stored before this one is destroyed. */
  createsFirst(session: Session): boolean
  /** Stores a new session before this one is destroyed. */
  replace(session: Session, successor: Successor, done: Callback): void
  readonly underway: WaitGroup
  /** The ID of the session that was generated last. */
  readonly generated: string | undefined
  /** Puts a new session on the host; a promise if `genid` or `cookie` returned one. */
  generate(): void | Promise<void>
}

/**
 * A session at `req.session`. Its data are its own enumerable properties.
 *
 * `save`, `reload`, `destroy` and `regenerate` call back and return the session. Without a callback they return a promise; its rejection never ends
 * the process.
 */
export class Session {
  // Neither readonly nor required, so that a mock that is complete for @types/express-session is complete here
  /** The ID of the session. It changes with `regenerate`, and cannot be assigned. */
  declare id: string
  /** The request of the session. It is not stored. A session of the middleware always has it. */
  declare readonly req?: Host | undefined
  /** The cookie: change its attributes or `maxAge` for this session. */
  declare cookie: AnyCookie

  /**
   * @param host the carrier of the session; its `sessionID` becomes `id`
   * @param data initial data; names of members of a session are skipped
   */
  constructor(host: Host, data?: object | null) {
    // Own and not enumerable, as in express-session: the keys of a session are its data
    Object.defineProperty(this, 'req', { value: host })
    Object.defineProperty(this, 'id', { value: host.sessionID })
    if (!host.Session) ownMethods(this)
    if (typeof data !== 'object') return
    const own: Record<string, unknown> = this as never
    for (const key in data) {
      if (!(key in this)) own[key] = (data as Record<string, unknown>)[key]
    }
  }

  /** Restarts the lifetime of the cookie. The middleware calls it at the end of each request. */
  touch(): this {
    return this.resetMaxAge()
  }

  /** Sets `cookie.maxAge` back to `cookie.originalMaxAge`. */
  resetMaxAge(): this {
    this.cookie.maxAge = this.cookie.originalMaxAge as number
    return this
  }

  // The overloads have the same type parameters, so that a mock with one signature fits: TypeScript then erases them to `any`
  /**
   * Writes the session to the store now. If the session no longer exists, nothing is written, and no error is reported.
   *
   * @throws through the callback or the promise: the error of the store; or Error with the code `ERR_STORE_TIMEOUT` or `ERR_STORE_UNAVAILABLE` for a store
   * that does not respond, `ERR_STORE_REFUSES_VERSION` for one that compares wrongly, `ERR_SESSION_READ_ONLY` in a request that only reads its session, and,
   * with the option `userId`, `ERR_SESSION_REVOKED` or `ERR_TOO_MANY_SESSIONS`; TypeError for data that JSON cannot express
   * @see `docs/session.md#save`; `docs/troubleshooting.md#errors`
   */
  save<Done extends Promise<void> = Promise<void>>(...none: never[]): Done
  save<_Done extends Promise<void> = Promise<void>>(callback?: Callback): this
  save(callback?: Callback): this | Promise<void> {
    return either(this, callback, done => save(this, done))
  }

  /**
   * Reads the session from the store again: `req.session` is then a new object.
   *
   * @throws Error `failed to load session`, code `ERR_SESSION_NOT_FOUND`, if the store no longer has it; through the callback or the promise, like
   * all other errors
   */
  reload<Done extends Promise<void> = Promise<void>>(...none: never[]): Done
  reload<_Done extends Promise<void> = Promise<void>>(callback: Callback): this
  reload(callback?: Callback): this | Promise<void> {
    return either(this, callback, done => {
      const exchange = hostOf(this)[EXCHANGE]
      const moment = exchange?.reading(this.id)
      clientOf(this).get(this.id, (err, found, version) => {
        if (err) return done(err)
        try {
          const read = separate({ record: found && exchange?.isOver(found) ? null : found, moment, version })
          if (read.marks?.m != null) return exchange ? exchange.reloadMoved(this, done) : done(gone())
          if (read.record) inflate(hostOf(this), read.record)
          exchange?.read(this.id, read)
          if (!read.record) return done(gone())
        } catch (unreadable) {
          return done(unreadable)
        }
        done()
      })
    })
  }

  /**
   * Removes the session from the store, and immediately from the request.
   *
   * @throws through the callback or the promise: the error of the store; or Error with the code `ERR_STORE_TIMEOUT` or `ERR_STORE_UNAVAILABLE` for a store
   * that does not respond
   * @see `docs/session.md#destroy`; `docs/troubleshooting.md#errors`
   */
  destroy<Done extends Promise<void> = Promise<void>>(...none: never[]): Done
  destroy<_Done extends Promise<void> = Promise<void>>(callback: Callback): this
  destroy(callback?: Callback): this | Promise<void> {
    return either(this, callback, done => {
      delete hostOf(this).session
      const over = ending(this, done)
      endThrough(hostOf(this)[EXCHANGE], { session: this, why: 'logout' }, done => clientOf(this).destroy(this.id, done), over)
    })
  }

  /**
   * Destroys the session and replaces it with an empty one that has a new ID. Call it on every privilege change. With `{ keep: true }` or `{ keep:
   * ['cart'] }` the data stays, with what other requests have saved. The new record is stored immediately.
   *
   * @param options a `RegenerateOptions`. Its type would reach the parameter of a mock `regenerate(callback) {}`, which could then not call it
   * @throws through the callback or the promise: the error of the store, of `genid` or of `cookie`; or Error with the code `ERR_STORE_TIMEOUT` or
   * `ERR_STORE_UNAVAILABLE` for a store that does not respond. If data is to be kept, also `ERR_SESSION_NOT_FOUND` if the session no longer exists,
   * `ERR_STORE_REFUSES_VERSION` for a store that compares wrongly, `ERR_SESSION_READ_ONLY` in a request that only reads its session, and, with the option
   * `userId`, `ERR_SESSION_REVOKED` or `ERR_TOO_MANY_SESSIONS`
   * @see `docs/session.md#regenerate`; `docs/troubleshooting.md#errors`
   */
  regenerate<Done extends Promise<void> = Promise<void>>(...none: never[]): Done
  regenerate<_Done extends Promise<void> = Promise<void>>(callback: Callback): this
  regenerate<Done extends Promise<void> = Promise<void>>(options: any): Done // eslint-disable-line @typescript-eslint/no-explicit-any
  regenerate<_Done extends Promise<void> = Promise<void>>(options: any, callback: Callback): this // eslint-disable-line @typescript-eslint/no-explicit-any
  // Repeated, because the types of mocks take the last signature
  regenerate<_Done extends Promise<void> = Promise<void>>(callback: Callback): this
  regenerate(given?: Callback | RegenerateOptions, after?: Callback): this | Promise<void> {
    return either(this, typeof given === 'function' ? given : after, done => renewKeeping(this, keepIn(given), done))
  }
}

/** The carrier of a session. */
export const hostOf = ({ req }: Session): Host => req as Host

function save(session: Session, done: Callback): void {
  const exchange = hostOf(session)[EXCHANGE]
  if (exchange) exchange.save(session, done)
  else clientOf(session).set(session.id, session, done)
}

function renewKeeping(session: Session, keep: unknown, done: Callback, fill?: () => void): void {
  return keep ? rotate(session, keep, done) : renew(session, done, fill)
}

function rotate(session: Session, keep: unknown, done: Callback): void {
  const exchange = hostOf(session)[EXCHANGE]
  if (!isKeep(keep))
    done(new TypeError("keep must be true or an array of keys; write regenerate({ keep: true }) or regenerate({ keep: ['cart'] })"))
  else if (exchange) exchange.rotate(session, keep, done)
  else done(new Error('regenerate with keep needs a request with a session: use the session middleware first'))
}

function renew(session: Session, done: Callback, fill?: () => void): void {
  const host = hostOf(session)
  const exchange = host[EXCHANGE]
  if (exchange?.createsFirst(session)) return exchange.replace(session, { generate, fill }, ending(session, done))
  const client = clientOf(session)
  const isOfStore = client.regenerates && !host.Session
  const over = ending(session, err => {
    // If the store did not answer in time, the old session is still on the request. It is not new, and may be destroyed
    if (host.session !== session) exchange?.renewed(session)
    done(err)
  })
  const destroy = (done: Callback): void =>
    isOfStore ? client.regenerate(session.id, host, done) : regenerate(host, host.sessionStore as SessionStore, done)
  endThrough(exchange, { session, why: 'renewed' }, destroy, over)
}

/** As `session.save(done)`, but it may call back before it returns: for the middleware. */
export function saveAtOnce(session: Session, done: Callback): void {
  save(session, counted(session, done))
}

/**
 * As `session.regenerate(done)`, but it may call back before it returns: for subclasses.
 *
 * @param fill adds data to the new session, if that is stored before the old one is destroyed
 */
export function regenerateAtOnce(session: Session, keep: unknown, done: Callback, fill?: () => void): void {
  renewKeeping(session, keep, counted(session, done), fill)
}

/** Makes a session of a record, and puts it on the host: `Store.prototype.createSession` of express-session. */
export function createSession(host: Host, record: SessionData): Session {
  const cookie = cookieOf(record)
  const session = sessionOf(host, record)
  session.cookie = cookie
  host.session = session
  return session
}

/** A session of the host's class. */
export function sessionOf(host: Host, data?: object): Session {
  return new ((host.Session as typeof Session | undefined) ?? Session)(host, data)
}

/** Makes the host's session of a record, with the store's own `createSession` if it has one. */
export function inflate(host: Host, record: SessionData): void {
  const store = host.sessionStore
  if (host.Session || typeof store?.createSession !== 'function') return void createSession(host, record)
  store.createSession(host, record)
  const made = host.session
  if (made && !(made instanceof Session)) lendMethods(made, Session.prototype)
}

/** Generates a session through the store, because Connect apps replace `store.generate`. */
export function generate(host: Host): unknown {
  const { sessionStore } = host
  // A store that an app has put on the request may lack it
  if (host.Session || typeof sessionStore?.generate !== 'function') return host[EXCHANGE]?.generate()
  return sessionStore.generate(host)
}

/** Destroys the host's session and generates another: `Store.prototype.regenerate` of express-session. */
export function regenerate(host: Host, store: SessionStore, done: Callback): void {
  const client = (host.sessionStore === store ? host[EXCHANGE]?.storeClient : undefined) ?? clientFor(store)
  const destroy = client.compares && !client.answersAtOnce ? destroySurely.bind(undefined, client) : client.retire.bind(client)
  destroy(host.sessionID as string, err => {
    // It may be destroyed, or not: the app learns that from the error, and the host keeps it
    if (isUnanswered(err)) return done(err)
    let generated: unknown
    try {
      generated = generate(host)
    } catch (thrown) {
      return done(thrown)
    }
    if (isPromise(generated)) generated.then(() => done(err), done)
    else done(err)
  })
}

function clientOf(session: Session): StoreClient {
  return hostOf(session)[EXCHANGE]?.storeClient ?? clientFor(hostOf(session).sessionStore as SessionStore)
}

/** Calls back or returns a promise. The response waits for either. */
function either<T extends Session>(self: T, callback: Callback | undefined, act: (done: Callback) => void): T | Promise<void> {
  if (typeof callback !== 'function') return ignoreRejection(fromCallback(done => act(counted(self, done))))
  afterReturn(counted(self, callback), act)
  return self
}

/** The response waits until the returned function is called. */
export function counted(session: Session, done: Callback): Callback {
  return hostOf(session)[EXCHANGE]?.underway.begin(done) ?? done
}
