import type { Task } from './task-queue'
import type { Base } from '../record/snapshot'
import { Deadline } from './deadline'
import type { ActiveSession, ActiveSessions } from './active-sessions'
import { dataIn } from '../record/session-view'
import type { SessionData } from '../record/session-data'
import type { Callback } from '../../primitives/callbacks'

/** Before anything that ever happened. */
const NEVER = -1

/** One exchange's hold on the session of one id, and what it knows of it. */
export class Transaction {
  readonly active: ActiveSession
  readonly #activeSessions: ActiveSessions
  /** Whoever ended it later than this ended what the exchange has. */
  #since: number
  /** Whoever wrote it later than this wrote something else than the exchange has. */
  #version: number
  /** What the exchange has read, or has written. Nothing for a session that is new. */
  base: Base | undefined
  /** The store has the session no more, which was there when the exchange began. */
  missing: boolean
  /** The data that a new session was to be stored with, each time that the store has not said whether it was. */
  tried: string[] | undefined
  /** Answers of the store that are to come. */
  #asked = 0
  #released = false

  /** @param before an older one of the exchange's, which it has let go: of the same id it knew something, but not what has been since */
  constructor(
    readonly id: string,
    activeSessions: ActiveSessions,
    before?: Transaction,
  ) {
    this.#activeSessions = activeSessions
    this.active = activeSessions.acquire(id)
    const again = before?.id === id
    this.base = again ? before.base : undefined
    this.missing = again && before.missing
    this.#since = this.#version = again ? NEVER : activeSessions.now
  }

  /** What ended the session in the store that the exchange had before ends it here too. */
  endWith(before: Transaction): void {
    if (before.id !== this.id || before.#activeSessions !== this.#activeSessions) return
    this.#since = before.#since
  }

  /** A new session begins, of an id that another one may have had. */
  renew(): void {
    this.base = this.tried = undefined
    this.missing = false
    this.#since = this.#version = this.#activeSessions.now
  }

  /** The moment at which the store is asked for it. Not that of the answer: what others write until then may be missing in it. */
  get moment(): number {
    return this.active.destroying > 0 ? NEVER : this.#activeSessions.now
  }

  /** What the store had of it when it was asked; nothing where it had none. */
  read(moment: number, base: Base | undefined): void {
    // A new one is not there yet
    if (!base) return void (this.missing = this.base !== undefined)
    this.base = base
    this.#since = this.#version = moment
  }

  /** @param stored as it went to the store. @param whole that has what the exchange has, and no more */
  wrote(base: Base, stored: SessionData, whole: boolean): void {
    this.base = base
    this.active.cookie = base.cookie
    const { version } = base
    this.active.lastWrite =
      version !== undefined && this.active.holders > 1
        ? { text: JSON.stringify({ ...dataIn(stored), cookie: stored.cookie }), version }
        : undefined
    this.#version = whole ? this.#activeSessions.now : NEVER
  }

  /** A write of its own has failed, and may be there all the same: others have to look, and this one knows what it would be. */
  failed({ text }: Base): void {
    this.#version = this.#activeSessions.now
    this.tried = [...(this.tried ?? []), text]
  }

  get isEnded(): boolean {
    return this.missing || this.active.destroyedAt > this.#since
  }

  /** Nobody else in this process has written it meanwhile. */
  get isCurrent(): boolean {
    return this.active.writtenAt <= this.#version
  }

  get released(): boolean {
    return this.#released
  }

  /** Lets it go, when what it has asked of the store is answered. */
  release(): void {
    if (this.#released) return
    this.#released = true
    if (this.#asked === 0) this.#activeSessions.release(this.id, this.active)
  }

  /**
   * Behind whatever this process asks of the store about that session.
   *
   * @param act asks, and calls back with the answer
   * @param shared what others share may be asked at the same time
   */
  run(deadline: Deadline, done: Callback, act: Act, shared = false): void {
    this.#asked++
    this.active.run(new Turn(this, deadline, done, act, shared))
  }

  /** Likewise, of a store that answers at once: nobody can come between, so that it needs no turn. */
  runAtOnce(done: Callback, act: Act): void {
    perform(act, this, done, Deadline.NONE)
  }

  /** Something that was asked is answered. */
  answered(): void {
    if (--this.#asked === 0 && this.#released) this.#activeSessions.release(this.id, this.active)
  }
}

/** What is asked of the store, and who wants to hear of it. */
type Act = (transaction: Transaction, finish: Callback, deadline: Deadline) => void

/** What it throws before it has called back is what it calls back with. */
function perform(act: Act, transaction: Transaction, done: Callback, deadline: Deadline): void {
  let finished = false
  const finish: Callback = err => {
    finished = true
    done(err)
  }
  try {
    act(transaction, finish, deadline)
  } catch (thrown) {
    if (finished) throw thrown
    done(thrown)
  }
}

/** Something that an exchange asks of the store when it is its turn. Most requests make one, so that it is not made of closures. */
class Turn implements Task {
  constructor(
    private readonly transaction: Transaction,
    readonly deadline: Deadline,
    private readonly done: Callback,
    private readonly act: Act,
    readonly shared: boolean,
  ) {}

  begin(): void {
    perform(this.act, this.transaction, err => this.#finish(err), this.deadline)
  }

  #finish(err: unknown): void {
    this.deadline.end()
    this.transaction.answered()
    try {
      this.transaction.active.ended()
    } finally {
      // What others throw in their turn is not said to be ours
      this.done(err)
    }
  }

  giveUp(err: Error): void {
    this.deadline.end()
    this.transaction.answered()
    this.done(err)
  }
}
