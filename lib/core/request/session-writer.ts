import type { Callback } from '../../primitives/callbacks'
import { Writer } from '../group/member'
import { WriteGroup } from '../group/write-group'
import { readsEnd, seemsOver } from '../lifetime/limits'
import { isEnded } from '../session/session-end'
import type { Session } from '../session/session'
import type { ExchangeState } from './exchange-state'

/** A save or an update of a request's session. */
export abstract class SessionWriter extends Writer<ExchangeState> {
  declare protected readonly session: Session
  /** Whether the app had ended the session before. If it ends the session while the write waits, the end waits behind it, and may fail. */
  declare private readonly comesAfterEnd: boolean

  constructor(exchange: ExchangeState, session: Session, done: Callback) {
    super(exchange, session.id, done)
    this.session = session
    this.comesAfterEnd = isEnded(session)
  }

  override get readsEnd(): boolean {
    return readsEnd(this.request)
  }

  /** A plain store cannot refuse a write, so a request that began before the limit saves what it has. */
  override get seemsOver(): boolean {
    return this.storeClient.compares && seemsOver(this.request, this.transaction.id)
  }

  override act(joined: readonly Writer[]): void {
    const group = new WriteGroup(this, joined)
    group.enter()
    group.write()
  }

  /** Whether the session has ended, so that nothing is written. */
  protected get hasEnded(): boolean {
    return (this.comesAfterEnd && isEnded(this.session)) || this.transaction.isEnded
  }
}
