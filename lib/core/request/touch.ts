import { endedElsewhere } from './before-storing'
import { inThisContext } from '../../primitives/async-context'
import { deliver, type Callback } from '../../primitives/callbacks'
import { isMissing, StoreUnavailable } from '../errors/store-errors'
import type { Deadline } from '../concurrency/deadline'
import type { ExchangeState } from './exchange-state'
import type { Transaction } from '../concurrency/transaction'
import type { Host, Session } from '../session/session'
import { touchedForm } from '../lifetime/stored-form'
import type { Found } from '../store/contract'
import { Member } from '../group/member'
import { WriteGroup } from '../group/write-group'

/**
 * Moves the expiry of a session, unless another request has written the session meanwhile, which moves it too.
 *
 * @returns whether the store has been called already: a touch that waits behind a save waits for its result
 */
export function touch<H extends Host>(exchange: ExchangeState<H>, id: string, session: Session, done: Callback): boolean {
  const { port } = exchange
  if (exchange.settings.concurrency === 'off') {
    port.touch(id, touchedForm(exchange, session), done)
    return true
  }
  return exchange.transact(id, (transaction, deadline) => new Touch(exchange, session, transaction, deadline, done)).hasBegun
}

class Touch<H extends Host> extends Member<ExchangeState<H>> {
  readonly shared = true
  hasBegun = false

  constructor(
    exchange: ExchangeState<H>,
    private readonly session: Session,
    transaction: Transaction,
    deadline: Deadline,
    done: Callback,
  ) {
    super(exchange, transaction, deadline, done)
  }

  override act(joined: readonly Member[]): void {
    if (joined.length > 0) return new WriteGroup(this, joined).begin()
    this.hasBegun = true
    this.enter()
    if (!this.isOver) this.#touch()
  }

  /** A session that another request has written already has a new expiry, and a destroyed one needs none. */
  override enter(): void {
    if (this.transaction.isEnded || !this.transaction.isCurrent) this.finish()
  }

  override written(): void {
    this.finish()
  }

  override missing(): void {
    endedElsewhere(this.transaction, err => this.finish(err))
  }

  #touch(): void {
    const { active, id } = this.transaction
    // Another touch sets the same expiry, to within the time of one call
    if (active.isTouching) return void (active.joinedTouches ??= []).push(inThisContext(err => this.finish(err)))
    active.isTouching = true
    const touched: Callback = err => {
      const { joinedTouches = [] } = active
      active.isTouching = false
      active.joinedTouches = undefined
      for (const other of joinedTouches) deliver(() => other(err))
      this.finish(err)
    }
    const { port, request, session, deadline } = this
    port.touch(id, touchedForm(request, session), err => (err ? this.#resolve(err, touched) : touched()), deadline)
  }

  /** Some stores return an error for a touch of a missing session. If another request has destroyed it, that is not an error of this one. */
  #resolve(err: unknown, done: Callback): void {
    if (err instanceof StoreUnavailable) return done(err)
    const { transaction, port, deadline } = this
    const found: Found = (missing, record) => {
      if (missing ? isMissing(missing) : !record) endedElsewhere(transaction, done)
      else done(err)
    }
    port.get(transaction.id, found, deadline)
  }
}
