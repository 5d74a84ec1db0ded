import { endedElsewhere } from './before-storing'
import { inThisContext } from '../../primitives/async-context'
import { deliver, type Callback } from '../../primitives/callbacks'
import { StoreUnavailable } from '../errors/store-errors'
import type { ExchangeState } from './exchange-state'
import type { Data } from '../record/merge'
import type { SessionData } from '../record/session-data'
import type { Session } from '../session/session'
import { storedEnd } from '../lifetime/limits'
import { touchedForm } from '../lifetime/stored-form'
import { endOfCookie } from '../record/lifetime'
import { RecordDraft } from '../record/record-draft'
import type { Found } from '../store/contract'
import { Member } from '../group/member'
import { WriteGroup } from '../group/write-group'

/**
 * Moves the expiry of a session, unless a write of another request has moved it meanwhile.
 *
 * @returns whether the store has been called already: a touch that waits behind a save waits for its result
 */
export function touch(exchange: ExchangeState, id: string, session: Session, done: Callback): boolean {
  const { storeClient } = exchange
  if (exchange.settings.concurrency === 'off') {
    const stored = formOf(exchange, session, done)
    if (stored) storeClient.touch(id, stored, done)
    return true
  }
  const turn = new Touch(exchange, id, session, done)
  turn.run()
  exchange.requestLifetime.letGo()
  return turn.hasBegun
}

/** @returns undefined if the session cannot be stored: its cookie is of an invalid record, for example */
function formOf(exchange: ExchangeState, session: Session, failed: Callback, data?: Data): SessionData | undefined {
  try {
    return touchedForm(exchange, session, data)
  } catch (thrown) {
    failed(thrown)
    return undefined
  }
}

class Touch extends Member<ExchangeState> {
  declare readonly shared: true
  declare hasBegun: boolean
  declare private readonly session: Session

  constructor(exchange: ExchangeState, id: string, session: Session, done: Callback) {
    super(exchange, id, done)
    this.shared = true
    this.hasBegun = false
    this.session = session
  }

  override act(joined: readonly Member[]): void {
    if (joined.length > 0) return this.#join(joined)
    this.hasBegun = true
    this.enter()
    if (this.isFinished) return
    const { active, id } = this.transaction
    // Another touch sets the same expiry, to within the time of one call
    if (active.isTouching) return void (active.joinedTouches ??= []).push(inThisContext(err => this.finish(err)))
    active.isTouching = true
    // Some stores write the whole record for a touch
    if (!this.transaction.isCurrent) return this.#touchStored(id)
    const { storeClient, request, session, deadline } = this
    const stored = formOf(request, session, err => this.#touched(err))
    if (stored) storeClient.touch(id, stored, err => this.#answered(err), deadline)
  }

  /** With the data that another request has stored. */
  #touchStored(id: string): void {
    const { storeClient, request, session, deadline } = this
    const found: Found = (err, record) => {
      if (err) return this.#touched(err)
      let draft: RecordDraft | undefined
      try {
        draft = record && !request.isOver(record) ? RecordDraft.of(record) : undefined
      } catch (unusable) {
        return this.#touched(unusable)
      }
      if (!draft) return endedElsewhere(this.transaction, ended => this.#touched(ended))
      request.lifetime?.mergeStored(id, draft, draft.end)
      const stored = formOf(request, session, err => this.#touched(err), draft.data)
      if (stored) storeClient.touch(id, stored, err => this.#answered(err), deadline)
    }
    storeClient.get(id, found, deadline)
  }

  #join(joined: readonly Member[]): void {
    const group = new WriteGroup(this, joined)
    group.enter()
    group.write()
  }

  /** A session whose expiry another request has moved needs no touch, and neither does one that has ended. */
  override enter(): void {
    const { transaction, request, session } = this
    const end = storedEnd(request, session) ?? endOfCookie(session.cookie)
    if (transaction.isEnded || transaction.isExtendedTo(end)) this.finish()
  }

  override written(): void {
    this.enter()
  }

  override missing(): void {
    endedElsewhere(this.transaction, err => this.finish(err))
  }

  #answered(err: unknown): void {
    if (err) this.#resolve(err)
    else this.#touched()
  }

  #touched(err?: unknown): void {
    const { active } = this.transaction
    const { joinedTouches } = active
    active.isTouching = false
    active.joinedTouches = undefined
    if (joinedTouches) for (const other of joinedTouches) deliver(() => other(err))
    this.finish(err)
  }

  /** Some stores return an error for a touch of a missing session. If another request has destroyed it, that is not an error of this one. */
  #resolve(err: unknown): void {
    if (err instanceof StoreUnavailable) return this.#touched(err)
    const { transaction, storeClient, deadline } = this
    const found: Found = (missing, record) => {
      if (!missing && !record) endedElsewhere(transaction, ended => this.#touched(ended))
      else this.#touched(err)
    }
    storeClient.get(transaction.id, found, deadline)
  }
}
