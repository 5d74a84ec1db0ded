import { calledBack, quiet } from '../core/promised'
import type { Callback } from '../core/store-port'
import { KoaSession } from './koa-session'

/** A session with koa-session's own names beside ours. */
export class CommittingSession extends KoaSession {
  /** Its id, wherever that travels; none where the session itself does. */
  get externalKey(): string | undefined {
    return this.req.settings.immediate ? undefined : this.id
  }

  /** What else the end of the request does, where `autoCommit` is off. */
  manuallyCommit(): Promise<void> {
    return this.commit()
  }

  commit(callback: Callback): void
  commit(): Promise<void>
  commit(callback?: Callback): void | Promise<void> {
    const committed = quiet(Promise.resolve(this.req.commit()))
    if (!callback) return committed
    calledBack(committed, callback)
  }
}
