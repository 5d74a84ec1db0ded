import { debug } from '../../diagnostics/debug'
import { endAnnounced, type Ending } from '../../events/announce'
import { leaving } from '../../users/logout'
import type { Deadline } from '../../concurrency/deadline'
import type { Callback } from '../../../primitives/callbacks'
import { hasTimedOut, passedLimit } from '../../lifetime/limits'
import { separate } from '../../record/marks'
import type { Marks } from '../../record/reserved-key'
import type { SessionData } from '../../record/session-data'
import type { Read, Version } from '../../record/snapshot'
import { ConditionalEnd, recordIn } from '../../store/records/conditional-end'
import type { ExchangeState } from '../exchange-state'

/** The user has authenticated since the session was read: it goes on. */
const RENEWED = new Error('session has been renewed')

/** Another request has ended the session, and tells of it. */
const ENDED = Object.assign(new Error('session has ended'), { code: 'ENOENT' })

/**
 * Destroys a session whose limit has passed, but which the store still has. Unless it was written since it was read: in a parallel request, the user may
 * have authenticated before the limit.
 *
 * @param done receives whether the session goes on
 */
export function endTimedOut(exchange: ExchangeState, id: string, read: Read, done: (isRenewed: boolean) => void): void {
  const { record, marks, version } = read
  const ending = { id, why: passedLimit(exchange, read), data: () => record ?? undefined, marks, version, isClaimed: true }
  const destroy = (done: Callback): void =>
    exchange.storeClient.replace(id, (deadline, ended) => new TimedOutEnd(exchange, id, deadline, ended).begin(read), done)
  let isRenewed = false
  const destroyed = (ended: Callback): void =>
    destroy(err => {
      isRenewed = err === RENEWED
      ended(err)
    })
  endAndLeave(exchange, ending, destroyed, () => done(isRenewed), marks)
}

/** Destroys a session that the app has refused. */
export function endRefused(exchange: ExchangeState, ending: Ending, done: () => void): void {
  endAndLeave(exchange, ending, done => exchange.storeClient.destroy(ending.id, done), done)
}

function endAndLeave(exchange: ExchangeState, ending: Ending, destroy: (done: Callback) => void, done: () => void, marks?: Marks): void {
  const ended: Callback = err => {
    if (err) debug('destroy failed: %s', err)
    done()
  }
  endAnnounced(exchange, ending, destroy, leaving(exchange, ending.id, ended, marks))
}

class TimedOutEnd {
  readonly #conditional: ConditionalEnd

  constructor(
    private readonly exchange: ExchangeState,
    private readonly id: string,
    private readonly deadline: Deadline,
    private readonly ended: Callback,
  ) {
    const { storeClient } = exchange
    this.#conditional = new ConditionalEnd(
      recordIn(storeClient, id, deadline),
      0,
      () => this.#read(),
      // Removing an expired record only frees memory
      err => (err ? ended(err) : storeClient.remove(id, () => ended(), deadline)),
    )
  }

  begin({ record, version }: Read): void {
    const { transaction } = this.exchange.requestLifetime
    if (transaction?.id !== this.id || transaction.isCurrent) this.#end(record as SessionData, version)
    else this.#read()
  }

  #read(): void {
    const { exchange, id, ended } = this
    const found = (err: unknown, record: SessionData | null | undefined, version: Version | undefined): void => {
      if (err || !record) return ended(err ?? ENDED)
      let isOver: boolean
      try {
        isOver = hasTimedOut(exchange, separate({ record, moment: undefined, version }))
      } catch (unreadable) {
        return ended(unreadable)
      }
      if (isOver) this.#end(record, version)
      else ended(RENEWED)
    }
    exchange.storeClient.get(id, found, this.deadline)
  }

  #end(record: SessionData, version: Version | undefined): void {
    const { storeClient } = this.exchange
    if (!storeClient.compares || version === undefined) storeClient.remove(this.id, this.ended, this.deadline)
    else this.#conditional.replace(record, version)
  }
}
