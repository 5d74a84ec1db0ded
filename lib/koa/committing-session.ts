import { KoaSession } from './koa-session'

/** A session with koa-session's own names beside ours. */
export class CommittingSession extends KoaSession {
  /** Its id, wherever that travels. */
  get externalKey(): string {
    return this.id
  }

  /** What else the end of the request does, where `autoCommit` is off. */
  manuallyCommit(): Promise<void> {
    return this.req.commit()
  }
}
