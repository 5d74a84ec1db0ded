import type { Callback, ResultCallback } from '../../../primitives/callbacks'
import type { ActiveSessions } from '../../concurrency/active-sessions'
import type { Deadline } from '../../concurrency/deadline'
import type { SessionData } from '../../record/session-data'
import type { Condition, ReadCallback, Outcome } from '../contract'
import type { StoreCalls } from '../store-calls'

/** The part of a client that is needed here. */
interface Client {
  readonly activeSessions: ActiveSessions
  readonly compares: boolean
  destroy(id: string, done: Callback): void
}

/** Records by their keys, for callers that do not know the IDs. No key comes from a client: one that has a copy of the store must reach no session. */
export class RecordsByKey {
  /** The sessions of the client, by key: a request that begins during an operation by key is known to it. */
  readonly activeSessions: ActiveSessions

  constructor(
    private readonly client: Client,
    private readonly calls: StoreCalls,
  ) {
    this.activeSessions = client.activeSessions.byKey
  }

  get compares(): boolean {
    return this.client.compares
  }

  deadline(): Deadline {
    return this.calls.deadline()
  }

  get(key: string, done: ReadCallback, deadline?: Deadline): void {
    this.calls.get(key, done, deadline)
  }

  compareAndSet(key: string, session: SessionData, { version }: Condition, done: ResultCallback<Outcome>, deadline?: Deadline): void {
    this.calls.ask('compareAndSet', [key, session, version], done as ResultCallback<unknown>, { key, deadline })
  }

  /** The ID of a session that requests of this process use. */
  idOf(key: string): string | undefined {
    return this.activeSessions.idOf(key)
  }

  /** Destroys a session. Requests of this process that have read it before cannot write it any more. */
  destroy(key: string, done: Callback): void {
    const { client, calls } = this
    const id = this.idOf(key)
    if (id !== undefined) return client.destroy(id, done)
    const deadline = calls.deadline()
    this.activeSessions.destroy(key, deadline, destroyed => calls.remove(key, destroyed, deadline), done)
  }
}
