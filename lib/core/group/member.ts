import { Turn } from '../concurrency/turn'
import type { Deadline } from '../concurrency/deadline'
import type { Task } from '../concurrency/task-queue'
import type { Transaction } from '../concurrency/transaction'
import type { RecordDraft } from '../record/record-draft'
import type { SessionData } from '../record/session-data'
import type { Written } from '../record/snapshot'
import type { Callback } from '../../primitives/callbacks'
import type { StoreClient } from '../store/store-client'

/** The request of a member, as far as its group needs it. */
export interface Requester {
  /** Of the store that the request uses. */
  readonly port: StoreClient
  /** The ID of the session that the request generated last. */
  readonly generated: string | undefined
  /** The store has this session now. */
  arrived(given: Written): void
  /** @returns the error if the ID of a new session is that of another session */
  taken(): Error
}

/** A request that saves, updates or touches a session. Those of one session that wait at the same time are carried out together, as a `WriteGroup`. */
export abstract class Member<R extends Requester = Requester> extends Turn {
  declare readonly request: R
  declare readonly port: StoreClient

  constructor(request: R, transaction: Transaction, deadline: Deadline, done: Callback) {
    super(transaction, deadline, done)
    this.request = request
    this.port = request.port
  }

  /** Called first, when its turn has come. It may finish here. */
  abstract enter(): void

  /** The store has the record that the group has written. */
  abstract written(made?: Made): void

  /** The session no longer exists. */
  abstract missing(): void

  /**
   * A request takes part once: its next write depends on the result of the first. A session that is new is written alone, because it is not merged with
   * what the store has.
   */
  joining(waiting: Iterable<Task>): readonly Member[] {
    if (!canJoin(this)) return []
    const requests = new Set<Requester>([this.request])
    const joined: Member[] = []
    for (const task of waiting) {
      if (!isMember(task) || task.port !== this.port || requests.has(task.request) || !canJoin(task)) break
      requests.add(task.request)
      joined.push(task)
    }
    // Touches alone share a call as they are
    return [this, ...joined].some(isWriter) ? joined : []
  }
}

function isMember(task: Task): task is Member {
  return task instanceof Member
}

function canJoin(member: Member): boolean {
  return !isWriter(member) || member.transaction.base !== undefined
}

/** What a request writes. */
export interface Made {
  readonly writer: Writer
  readonly given: Written
  /** The stored record with the changes of the request, if it was made of that; members after this one change it further. */
  readonly draft?: RecordDraft | undefined
  /** The stored record has the data of this request, and no other. */
  readonly whole: boolean
}

/** A request that saves or updates a session. */
export abstract class Writer<R extends Requester = Requester> extends Member<R> {
  /** Whether a plain store is read again although no other request of this process has written the session. */
  abstract readonly rereads: boolean
  /** Whether the record is read in any case: it keeps its end, which a touch has moved perhaps. */
  abstract readonly readsEnd: boolean

  /**
   * Changes a record. May be called again with another one.
   *
   * @param draft the stored record with the changes of the members before this one; undefined if the store has what the request has read
   * @throws what this member fails with. The draft is unchanged then
   */
  abstract make(draft?: RecordDraft): Made

  /** The record that is stored if no member comes after this one. */
  abstract storedForm(made: Made): SessionData
}

export function isWriter(member: Member): member is Writer {
  return member instanceof Writer
}
