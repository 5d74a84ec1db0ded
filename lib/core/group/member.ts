import { Turn } from '../concurrency/turn'
import { Deadline } from '../concurrency/deadline'
import type { Task } from '../concurrency/task-queue'
import type { Transaction } from '../concurrency/transaction'
import type { RecordDraft } from '../record/record-draft'
import type { SessionData } from '../record/session-data'
import type { Written } from '../record/snapshot'
import type { Callback } from '../../primitives/callbacks'
import type { StoreClient } from '../store/store-client'

/** The part of a request that its group needs. */
export interface GroupRequest {
  /** The client for the request's store. */
  readonly storeClient: StoreClient
  /** @returns what the request knows of the session with this ID */
  transactionOf(id: string): Transaction
  /** The ID of the session that the request generated last. */
  readonly generated: string | undefined
  /** Whether the session of a record has ended, although the store still has it. */
  isOver(record: SessionData): boolean
  /** The store has this session. */
  stored(given: Written): void
  /** @returns the error for a new session whose ID another session has */
  idInUse(): Error
}

/**
 * A request that saves, updates or touches a session, waiting in its queue. Requests of one session that wait at the same time form a `WriteGroup`.
 */
export abstract class Member<R extends GroupRequest = GroupRequest> extends Turn {
  declare readonly request: R
  declare readonly storeClient: StoreClient

  /** @param id of the session */
  constructor(request: R, id: string, done: Callback) {
    const { storeClient } = request
    const transaction = request.transactionOf(id)
    const isSync = storeClient.answersAtOnce && transaction.active.isIdle
    super(transaction, isSync ? Deadline.NONE : storeClient.deadline(), done)
    this.request = request
    this.storeClient = storeClient
  }

  /** Called first, when the turn has come. The member may finish here. */
  abstract enter(): void

  /** The group has written the record. */
  abstract written(made?: Made): void

  /** The session no longer exists. */
  abstract missing(): void

  /**
   * A request joins a group once, because its next write depends on the result of the first. A new session is written alone, because it is not merged
   * with a stored record.
   */
  joining(waiting: Iterable<Task>): readonly Member[] {
    if (!canJoin(this)) return []
    const requests = new Set<GroupRequest>([this.request])
    const joined: Member[] = []
    for (const task of waiting) {
      if (!isMember(task) || task.storeClient !== this.storeClient || requests.has(task.request) || !canJoin(task)) break
      requests.add(task.request)
      joined.push(task)
    }
    // Touches without a save share one call: see touch.ts
    return [this, ...joined].some(isWriter) ? joined : []
  }
}

function isMember(task: Task): task is Member {
  return task instanceof Member
}

function canJoin(member: Member): boolean {
  return !isWriter(member) || member.transaction.base !== undefined
}

/** The change of one request. */
export interface Made {
  readonly writer: Writer
  readonly given: Written
  /** The stored record with this request's changes, if there was one; later members change it further. */
  readonly draft?: RecordDraft | undefined
  /** Whether the written record has only the data of this request. */
  readonly whole: boolean
}

/** A request that saves or updates a session. */
export abstract class Writer<R extends GroupRequest = GroupRequest> extends Member<R> {
  /** Whether the record of a plain store is read again even if no other request of this process has written the session. */
  abstract readonly rereads: boolean
  /** Whether the record is read in any case, to keep its end, which a touch may have moved. */
  abstract readonly readsEnd: boolean
  /** Whether the record is read first, because a limit of the session has passed unless another request has moved its end. */
  abstract readonly seemsOver: boolean

  /**
   * Applies the change to a record. It may be called again with another one.
   *
   * @param draft the stored record with the changes of earlier members; undefined if the store has what the request has read
   * @throws the error of this member; the draft is then unchanged
   */
  abstract make(draft?: RecordDraft): Made

  /** The record to store if no member comes after this one. */
  abstract storedForm(made: Made): SessionData
}

/** Whether the member changes the record. The others are touches. */
export function isWriter(member: Member): member is Writer {
  return member instanceof Writer
}
