import { endAnnounced } from '../events/announce'
import { dataIn } from '../record/session-view'
import type { Secret } from '../../primitives/secrets'
import { createsFirst, replace } from './replacement'
import { ExchangeState } from './exchange-state'
import { isPromise, isRefusedPromise, type Callback } from '../../primitives/callbacks'
import type { CookieOptions } from '../record/cookie'
import { publish } from '../diagnostics/channels'
import { type Change, type HostExchange, createSession, sessionOf, Session, EXCHANGE, type Successor } from '../session/session'
import type { Keep } from '../session/keep'
import { checkId } from '../settings/settings'
import { gone } from '../errors/store-errors'
import { follow } from './renewal/follow'
import { rotate } from './rotation'
import { save } from './save'
import { update } from './update'
import { authenticate, infoOf } from '../lifetime/limits'
import { leaving } from '../users/logout'
import type { SessionInfo } from '../session/session-info'
import { hasGone, type Destroy, type Ended } from '../session/session-end'
import { newId } from '../session/session-id'
import { liveCookie, type SessionData } from '../record/session-data'

/** One request and its response, as the session sees them. It has two acts, `open` and `commit`, and knows nothing of HTTP. */
export class Exchange extends ExchangeState implements HostExchange {
  get entered(): boolean {
    return this.host[EXCHANGE] === this
  }

  /** Attaches the exchange to the host, with these secrets. */
  enter(secrets: readonly Secret[]): void {
    this.secrets = secrets
    this.host[EXCHANGE] = this
    this.host.sessionStore = this.settings.store
  }

  generate(): void | Promise<void> {
    const id = this.settings.genid(this.host)
    const options = this.cookieOptions ?? this.settings.cookieOptions(this.host)
    this.cookieOptions = undefined
    if (!isPromise(id) && !isPromise(options)) return this.#renew(id, options)
    return Promise.all([id, options]).then(([id, options]) => this.#renew(id, options))
  }

  #renew(id: string, options: CookieOptions): void {
    this.host.sessionID = this.generated = checkId(id)
    this.lifetime?.begin(this.generated)
    this.anonymous = this.isSnapshot = false
    this.renewed()
    this.#present(options)
  }

  /** Uses an empty session for this request. The client keeps its cookie, because the next request may find the session again. */
  continueWithoutStore(): void {
    this.host.sessionID ??= newId()
    this.#present(this.cookieOptions ?? {})
    this.anonymous = true
    this.begin()
    publish('anonymous')
  }

  #present(options: CookieOptions): void {
    const session = sessionOf(this.host)
    this.cookie = session.cookie = this.cookieOf(options)
    this.host.session = session
  }

  save(session: Session, done: Callback): void {
    save(this, session, done)
  }

  update(session: Session, change: Change, done: Callback): void {
    update(this, session, change, done)
  }

  reloadMoved(session: object, done: Callback): void {
    follow(this, session as Session, (err, followed) => (followed ? followed.reload(done) : done(err ?? gone())))
  }

  rotate(session: Session, keep: Keep, done: Callback): void {
    rotate(this, session, keep, done)
  }

  info(): SessionInfo | undefined {
    const session = this.session()
    return session && !this.anonymous ? infoOf(this, session) : undefined
  }

  authenticate(): (() => void) | undefined {
    return authenticate(this)
  }

  end({ session, why }: Ended, destroy: Destroy, done: Callback): void {
    const { id } = session
    if (why === 'logout') this.destroying(session as Session)
    endAnnounced(
      this,
      {
        id,
        why,
        data: () => this.changes.dataOf(id) ?? dataIn(session),
        isMore: why === 'renewed',
        grace: why === 'renewed' ? this.storeClient.grace.ms : 0,
      },
      destroy,
      this.#leaving(session, done),
    )
  }

  createsFirst(session: Session): boolean {
    return createsFirst(this, session)
  }

  replace(session: Session, successor: Successor, done: Callback): void {
    replace(this, session, successor, this.#leaving(session, done))
  }

  /** The callback of the destroy of a session. */
  #leaving(session: Ended['session'], done: Callback): Callback {
    const leave = leaving(this, session.id, done)
    return err => {
      if (!err) hasGone(session)
      leave(err)
    }
  }

  /**
   * The session that the handler left, if any. Another object, or a copy of a session, becomes a session with the same ID and cookie, or with a new ID if
   * the old session was destroyed. A cookie of plain data becomes a Cookie.
   *
   * @throws TypeError for anything else
   */
  session(): Session | undefined {
    const left: unknown = this.host.session
    if (!left) return undefined
    if (typeof left !== 'object') throw new TypeError('req.session must be an object, null or undefined')
    if (typeof (left as Session).touch !== 'function' || isCopy(left)) return this.#adopt(left as SessionData)
    return liveCookie(left as Session)
  }

  #adopt(data: SessionData): Session {
    if (this.destroyed && isRefusedPromise(this.generate())) {
      throw new TypeError('req.session was destroyed; call regenerate first, because genid or cookie is async')
    }
    const record: Partial<SessionData> = Object.assign({ cookie: this.cookie }, data)
    record.cookie ??= this.cookie
    return createSession(this.host, record as SessionData)
  }
}

/** Whether it has the class of sessions and only their enumerable properties, as lodash copies objects. Its methods do not work. */
function isCopy(left: object): boolean {
  return left instanceof Session && left.req === undefined
}
