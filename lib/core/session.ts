import { Cookie, type AnyCookie, type CookieOptions } from './cookie'
import { EXCHANGE, type Host } from './host'
import { isPromise, portOf, type Callback, type SessionStore } from './store-port'

/** What a session holds. The package's entry opens it to `declare module`; here it is what every session has. */
export interface SessionData {
  cookie: AnyCookie
}

/**
 * One session, as the handler sees it at `req.session`: its data are its own enumerable properties.
 *
 * `save`, `reload`, `destroy` and `regenerate` call back and return the session; without a callback they return a promise.
 * A promise that nobody waits for never ends the process.
 */
export class Session {
  declare readonly id: string
  declare readonly req: Host
  declare cookie: AnyCookie

  /** @param host what carries the session; its `sessionID` becomes `id`. @param data what to start with; names that a session has already are passed over. */
  constructor(host: Host, data?: object | null) {
    // Own and hidden, as upstream has them: whoever lists a session's keys gets its data
    Object.defineProperty(this, 'req', { value: host })
    Object.defineProperty(this, 'id', { value: host.sessionID })
    if (typeof data !== 'object') return
    const own: Record<string, unknown> = this as never
    for (const key in data) {
      if (!(key in this)) own[key] = (data as Record<string, unknown>)[key]
    }
  }

  /** Starts the cookie's lifetime anew. The middleware does it at the end of every request. */
  touch(): this {
    return this.resetMaxAge()
  }

  /** Sets `cookie.maxAge` back to `cookie.originalMaxAge`. */
  resetMaxAge(): this {
    this.cookie.maxAge = this.cookie.originalMaxAge as number
    return this
  }

  /** Writes the session to the store now. */
  save(callback: Callback): this
  save(): Promise<void>
  save(callback?: Callback): this | Promise<void> {
    return either(this, callback, done => {
      let arrived: (() => void) | undefined
      try {
        arrived = this.req[EXCHANGE]?.saving(this)
      } catch (unserialisable) {
        return done(unserialisable)
      }
      portOf(storeOf(this)).set(this.id, this, err => {
        if (!err) arrived?.()
        done(err)
      })
    })
  }

  /**
   * Reads the session from the store again: `req.session` is then a new object.
   *
   * @throws Error `failed to load session` where the store has it no more; through the callback or the promise, as all else that fails
   */
  reload(callback: Callback): this
  reload(): Promise<void>
  reload(callback?: Callback): this | Promise<void> {
    return either(this, callback, done => {
      portOf(storeOf(this)).get(this.id, (err, record) => {
        if (err) return done(err)
        if (!record) return done(new Error('failed to load session'))
        try {
          inflate(this.req, record)
        } catch (unreadable) {
          return done(unreadable)
        }
        done()
      })
    })
  }

  /** Removes the session from the store, and at once from the request. */
  destroy(callback: Callback): this
  destroy(): Promise<void>
  destroy(callback?: Callback): this | Promise<void> {
    return either(this, callback, done => {
      delete this.req.session
      this.req[EXCHANGE]?.destroying(this)
      portOf(storeOf(this)).destroy(this.id, done)
    })
  }

  /** Destroys the session and puts an empty one, of a new id, in its place. Call it wherever a visitor's rights change. */
  regenerate(callback: Callback): this
  regenerate(): Promise<void>
  regenerate(callback?: Callback): this | Promise<void> {
    return either(this, callback, done => {
      const store = storeOf(this)
      if (typeof store.regenerate === 'function') store.regenerate(this.req, done)
      else regenerate(this.req, store, done)
    })
  }
}

/** Makes a session of a record, and puts it on the host. Upstream's `Store.prototype.createSession`. */
export function createSession(host: Host, record: SessionData): Session {
  // A record without a cookie is a TypeError here, worded by the engine as it is upstream
  const originalMaxAge: unknown = record.cookie.originalMaxAge
  const cookie = reviveCookie(record.cookie)
  cookie.originalMaxAge = asMaxAge(originalMaxAge)
  const session = new Session(host, record)
  session.cookie = cookie
  host.session = session
  return session
}

/** A cookie of attributes that are plain data, as JSON has them. */
export function reviveCookie(data: AnyCookie): Cookie {
  const expires: unknown = data.expires
  const cookie = new Cookie(data as CookieOptions)
  if (typeof expires === 'string') cookie.expires = new Date(expires)
  return cookie
}

const METHODS = ['save', 'reload', 'destroy', 'regenerate'] as const

/** A record becomes the host's session, by the store's own `createSession` where it has one. */
export function inflate(host: Host, record: SessionData): void {
  const store = host.sessionStore
  if (typeof store?.createSession !== 'function') return void createSession(host, record)
  store.createSession(host, record)
  const made = host.session
  if (!made || made instanceof Session) return
  // Of a store that was built on another copy of the package: its sessions know nothing of promises, nor of what the answer has to wait for
  for (const name of METHODS) Object.defineProperty(made, name, { value: Session.prototype[name], configurable: true, writable: true })
}

/** Destroys the host's session and generates another. Upstream's `Store.prototype.regenerate`. */
export function regenerate(host: Host, store: SessionStore, done: Callback): void {
  portOf(store).destroy(host.sessionID as string, err => {
    let generated: unknown
    try {
      generated = store.generate?.(host)
    } catch (thrown) {
      return done(thrown)
    }
    if (isPromise(generated)) generated.then(() => done(err), done)
    else done(err)
  })
}

function storeOf(session: Session): SessionStore {
  return session.req.sessionStore as SessionStore
}

/** A lifetime of another type would pass here and throw at the end of the request, where `touch()` sets it. */
function asMaxAge(value: unknown): number | null {
  if (value && typeof value !== 'number') throw new TypeError('maxAge must be a number or Date')
  return value as number | null
}

/** Calls back, or promises: the one place where the two meet. The answer to the request waits for either. */
function either<T extends Session>(self: T, callback: Callback | undefined, act: (done: Callback) => void): T | Promise<void> {
  const begin = (done: Callback): void => act(self.req[EXCHANGE]?.underway.begin(done) ?? done)
  if (callback) {
    begin(callback)
    return self
  }
  const promise = new Promise<void>((resolve, reject) => begin(err => (err ? reject(err as Error) : resolve())))
  promise.catch(() => {})
  return promise
}
