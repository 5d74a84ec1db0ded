import { inspect } from 'node:util'
import { toCallback, ignoreRejection, type Callback } from '../../primitives/callbacks'
import type { CarriedSession, RegenerateOptions } from './carried-session'
import type { Lifetime } from './lifetime'
import { COOKIE } from './owned-names'
import { attach, fill, SESSION, type Behind, type Shown } from './shown-session'

/** The options of `commit`, as in koa-session. */
export interface CommitOptions {
  /**
   * Stores the session, changed or not.
   *
   * @default false
   */
  save?: boolean | undefined
  /**
   * Gives the session a new ID.
   *
   * @default false
   */
  regenerate?: boolean | undefined
}

/**
 * The object at `ctx.session`, with the names of koa-session 7 and no other. Its data are its own enumerable properties; JSON and `console.log` show
 * only these. The other members of express-session's session are at `ctx.req.session`.
 */
export class KoaSession {
  /** The request of a session that is not opened yet. A private field takes a thirtieth of the time of a property that is not enumerable. */
  #early: Behind<CarriedSession> | undefined

  /** @param record the data with the cookie; undefined for a session that is not opened yet */
  constructor(session: Behind<CarriedSession>, record?: object) {
    if (!record) this.#early = session
    else {
      attach(this, session)
      fill(this, record, key => COOKIE.nameOf(key))
    }
  }

  /** Hidden by a property of the object when the session is opened. */
  get [SESSION](): Behind<CarriedSession> | undefined {
    return #early in this ? this.#early : undefined
  }

  /** Whether the session was created in this request. */
  get isNew(): boolean {
    return sessionOf(this).isNew
  }

  set isNew(isNew: boolean) {
    sessionOf(this).isNew = isNew
  }

  /**
   * The lifetime in milliseconds as it was last set; `'session'` until the browser closes, `undefined` if none was set. Setting it saves the session.
   */
  get maxAge(): Lifetime {
    return sessionOf(this).lifetime
  }

  set maxAge(lifetime: Lifetime) {
    sessionOf(this).lifetime = lifetime
  }

  /** The number of keys. */
  get length(): number {
    return Object.keys(dataOf(this)).length
  }

  get populated(): boolean {
    return this.length > 0
  }

  /** The session ID; undefined if the cookie has the session itself. */
  get externalKey(): string | undefined {
    const { req, id } = sessionOf(this)
    return req.settings.immediate ? undefined : id
  }

  /** Stores the session now, changed or not, and sets the cookie. */
  save(callback: Callback): void
  save(): Promise<void>
  save(callback?: Callback): void | Promise<void> {
    return either(sessionOf(this).save(), callback)
  }

  /** Destroys the session and begins another, of a new ID. Call it on every privilege change. */
  regenerate(callback: Callback): void
  regenerate(options: RegenerateOptions | undefined, callback: Callback): void
  regenerate(options?: RegenerateOptions): Promise<void>
  regenerate(given?: RegenerateOptions | Callback, after?: Callback): void | Promise<void> {
    const [options, callback] = withCallback(given, after)
    return either(sessionOf(this).regenerate(options), callback)
  }

  /** Does what the end of the request does, if `autoCommit` is off. */
  manuallyCommit(): Promise<void> {
    return committed(this)
  }

  /** As `manuallyCommit`; with `{ save: true }` as `save`, and with `{ regenerate: true }` as `regenerate`. */
  commit(callback: Callback): void
  commit(options: CommitOptions | undefined, callback: Callback): void
  commit(options?: CommitOptions): Promise<void>
  commit(given?: CommitOptions | Callback, after?: Callback): void | Promise<void> {
    const [options, callback] = withCallback(given, after)
    return either(committed(this, options), callback)
  }

  toJSON(): object {
    return dataOf(this)
  }

  [inspect.custom](): object {
    return dataOf(this)
  }
}

/** Data may have the name of a method, such as `toJSON`. */
function dataOf(shown: KoaSession): object {
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => typeof value !== 'function'))
}

/** Not a declared property, because spreading a session would copy it. */
function sessionOf(shown: KoaSession): CarriedSession {
  return (shown as unknown as Shown<CarriedSession>)[SESSION].carried
}

function committed(shown: KoaSession, options?: CommitOptions): Promise<void> {
  const session = sessionOf(shown)
  if (options?.regenerate) return regenerated(session, options)
  return options?.save ? session.save() : ignoreRejection(Promise.resolve(session.req.commit()))
}

function regenerated(session: CarriedSession, { save }: CommitOptions): Promise<void> {
  const { req } = session
  const done = session.regenerate({})
  return save ? ignoreRejection(done.then(() => req.session?.save())) : done
}

/** Separates the arguments of a method whose options may be left out. Only a function is a callback. */
function withCallback<Options extends object>(
  given: Options | Callback | undefined,
  after: Callback | undefined,
): [options: Options | undefined, callback: Callback | undefined] {
  return typeof given === 'function' ? [undefined, given as Callback] : [given, after]
}

function either(done: Promise<void>, callback: Callback | undefined): void | Promise<void> {
  if (typeof callback !== 'function') return done
  toCallback(done, callback)
}
