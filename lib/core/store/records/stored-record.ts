import type { Callback, ResultCallback } from '../../../primitives/callbacks'
import type { ActiveSessions } from '../../concurrency/active-sessions'
import type { Deadline } from '../../concurrency/deadline'
import type { SessionData } from '../../record/session-data'
import type { Version } from '../../record/snapshot'
import type { ReadCallback, Outcome } from '../contract'
import type { StoreCalls } from '../store-calls'
import { TrackedWrite } from '../tracked-write'

/** A session, and the key of its record. */
export interface RecordPlace {
  readonly id: string
  readonly key: string
  /** Whether the store compares. */
  readonly compares: boolean
  /** Of all calls together. */
  readonly deadline: Deadline
}

/** The record of one session, for operations of several calls. */
export class StoredRecord<Where extends RecordPlace = RecordPlace> {
  /** @param kind of the writes: a touch does not change the data */
  constructor(
    protected readonly calls: StoreCalls,
    private readonly activeSessions: ActiveSessions,
    protected readonly place: Where,
    private readonly kind: 'data' | 'touch',
  ) {}

  get id(): string {
    return this.place.id
  }

  get compares(): boolean {
    return this.place.compares
  }

  get(done: ReadCallback): void {
    this.calls.get(this.place.key, done, this.place.deadline)
  }

  /** @param version null to create; unused if the store does not compare */
  write(record: SessionData, version: Version | null | undefined, done: ResultCallback<Outcome>): void {
    const { id, key, compares, deadline } = this.place
    const written = done as ResultCallback<unknown>
    const write = new TrackedWrite(id, this.kind, this.activeSessions, this.calls, key)
    if (compares) this.calls.ask('compareAndSet', [key, record, version], written, { deadline, write })
    else this.calls.ask('set', [key, record], err => written(err, { ok: true }), { deadline, write })
  }

  remove(done: Callback): void {
    this.calls.remove(this.place.key, done, this.place.deadline)
  }
}
