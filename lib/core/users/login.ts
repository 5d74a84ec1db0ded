import { reasonOf, toCallback, type Callback } from '../../primitives/callbacks'
import type { Why } from '../diagnostics/session-events'
import { isUnanswered } from '../errors/store-errors'
import { refused, revoked } from '../errors/user-errors'
import type { Session } from '../session/session'
import { publish } from '../diagnostics/channels'
import { describes } from '../events/session-event'
import { endRevoked } from './logout'
import { destroyRecords, lookedAt, lookThen, placeOf, settledOf, type Looked, type Place } from './records'
import { admit, confirmed, deadOf, entryOf, newLogin, without, withoutLogin, type Admission, type Entry, type AddedLogin } from './registry'
import type { KnownRegistry } from './registry-client'
import { describeFor } from './describe'
import { storedUser, wasDropped, type UserContext } from './user-of'

/** Stores the session, and calls back. */
export type Store = (done: Callback) => void

/** Stores a session that a user has logged in. */
export function logIn(
  exchange: UserContext,
  session: Session,
  { user, id }: { readonly user: string; readonly id: string },
  done: Callback,
  act: Store,
): void {
  let about: unknown
  try {
    about = describeFor(exchange.settings.users?.describe, exchange.host)
  } catch (err) {
    return done(reasonOf(err, 'describe'))
  }
  new Login(exchange, session, { user, id, about, act, done }).begin()
}

interface LoginTask {
  readonly user: string
  /** Under which the session is stored. */
  readonly id: string
  /** The result of `describe`. */
  readonly about: unknown
  readonly act: Store
  readonly done: Callback
}

/** What the registry has after the entry was added. */
interface Added {
  /** Sessions to end first: the oldest, if there are too many, the replaced one, those that are over, and those that a crashed process was ending. */
  readonly dead: readonly Entry[]
  /** Why those of them end that are too many, or over, by their handles. */
  readonly whys: ReadonlyMap<string, Why>
  /** Whether there was no entry for the session. */
  readonly isNew: boolean
  readonly known: KnownRegistry
}

/** A session that becomes one of a user: adds an entry, stores the session, and looks whether the entry has been revoked meanwhile. */
class Login {
  readonly #place: Place
  readonly #own: Pick<Entry, 'h' | 'l'>
  /** When the session began, if this user had it before. */
  readonly #since: number | undefined
  /** Whether the session had no user before: taking the place of another user is no proof of who the user is. */
  readonly #isAuthentication: boolean

  constructor(
    private readonly exchange: UserContext,
    private readonly session: Session,
    private readonly task: LoginTask,
  ) {
    this.#place = placeOf(exchange, task.user)
    const marks = exchange.lifetime?.marksOf(session.id)
    const before = storedUser(exchange, session.id)
    this.#own = { h: marks?.h as string, l: newLogin() }
    this.#since = before === task.user ? exchange.lifetime?.beganAt(session) : undefined
    this.#isAuthentication = before === undefined && marks?.u === undefined
  }

  /** @param looked undefined if the records of the other sessions have not been looked for */
  begin(looked?: Looked, known?: KnownRegistry): void {
    const { registries, user } = this.#place
    const asked = this.#asked(looked)
    registries.change(
      user,
      registry => {
        const admission = admit(registry, asked)
        return { next: typeof admission === 'string' ? undefined : admission.registry, result: { admission, before: registry } }
      },
      (err, changed) => {
        if (err || !changed) return this.task.done(err)
        const { admission, before } = changed.result
        if (admission === 'look') return this.#look(before.s, changed.known)
        if (typeof admission === 'string') return this.#rejected(admission)
        const dead = deadOf(before, admission.registry)
        const whys = new Map([...admission.evicted.map(({ h }) => [h, 'evicted'] as const), ...(looked?.over ?? [])])
        this.#endOthers({ dead, whys, isNew: !entryOf(before, this.#own.h), known: changed.known })
      },
      known,
    )
  }

  #asked(looked: Looked | undefined): AddedLogin {
    const { exchange, session, task } = this
    const { replacedSession } = exchange
    const now = Date.now()
    return {
      entry: { ...this.#own, k: [exchange.storeClient.keys.of(task.id)], t: now, ...(task.about !== undefined && { w: task.about }) },
      since: this.#since,
      replaced: replacedSession && replacedSession !== session ? exchange.lifetime?.known(replacedSession.id)?.h : undefined,
      limit: exchange.settings.users?.limit,
      gone: looked?.gone,
      over: looked?.over,
    }
  }

  #look(entries: readonly Entry[], known: KnownRegistry): void {
    const others = entries.filter(({ d }) => !d)
    lookThen(this.#place, others, (err, found = []) => (err ? this.task.done(err) : this.begin(lookedAt(this.exchange, found), known)))
  }

  #endOthers(added: Added): void {
    const { dead, whys } = added
    if (dead.length === 0) return this.#store(added)
    toCallback(destroyRecords(this.#place, dead, whys), err => (err ? this.#failed(err, added) : this.#store(added)))
  }

  #store(added: Added): void {
    const { exchange, session, task } = this
    describes(exchange, task.about)
    const settle = exchange.lifetime?.bind(session.id, task.user, this.#isAuthentication ? Date.now() : undefined)
    task.act(err => {
      const isStored = !err && !wasDropped(exchange, task.id)
      settle?.(isStored)
      if (isStored) this.#confirm(added)
      else this.#failed(err, added)
    })
  }

  #confirm({ dead, known }: Added): void {
    const { registries, user } = this.#place
    const ended = settledOf(dead)
    registries.change<boolean>(
      user,
      registry => {
        const next = confirmed(registry, this.#own)
        return { next: next && without(next, ended), result: next !== undefined }
      },
      (err, changed) => {
        if (err) return this.#unconfirmed(err)
        if (changed?.result) return this.task.done()
        this.#endOwn(this.task.id)
      },
      known,
    )
  }

  /** The entry may have been revoked before the session was stored. A login that has failed leaves no session. */
  #unconfirmed(err: unknown): void {
    const { exchange, task } = this
    if (this.#since !== undefined) return task.done(err)
    endRevoked(exchange, task.id, failed => (failed || isUnanswered(err) ? task.done(err) : this.#forget(() => task.done(err))))
  }

  /** The session has not been stored. If that is not certain, the entry stays until its record is looked for. */
  #failed(err: unknown, { isNew }: Added): void {
    if (isUnanswered(err) || !isNew) this.task.done(err)
    else this.#forget(() => this.task.done(err))
  }

  #rejected(why: Exclude<Admission, object | 'look'>): void {
    if (why === 'refused' && this.#since === undefined) return this.task.done(refused())
    this.#endOwn(this.session.id)
  }

  /** The session has been revoked. A request that did not log in goes on as one whose session has been destroyed by another. */
  #endOwn(id: string): void {
    const { exchange, session, task } = this
    const done: Callback = err => {
      if (err || this.#since === undefined || task.id !== session.id) return task.done(err ?? revoked())
      publish('interrupted')
      task.done()
    }
    endRevoked(exchange, id, err => (err ? done(err) : this.#forget(done)))
  }

  #forget(done: Callback): void {
    const { registries, user } = this.#place
    registries.change(
      user,
      registry => ({ next: withoutLogin(registry, this.#own), result: undefined }),
      err => done(err),
    )
  }
}
