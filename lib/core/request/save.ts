import { mergeWith, mergeCookie } from './rebase'
import { beforeStoring, endedElsewhere } from './before-storing'
import type { Callback } from '../../primitives/callbacks'
import type { ExchangeState } from './exchange-state'
import type { Host, Session } from '../session/session'
import type { Written } from './change-tracker'
import type { Data } from '../record/merge'
import type { SessionData } from '../record/session-data'
import { isEnded } from '../session/session-end'
import { dataIn } from '../record/session-view'
import { storedForm } from '../lifetime/stored-form'
import { write, type Writing } from './conditional-write'

/** The exchange's session goes to the store: as it is where nobody else has written it meanwhile, else merged with what the store has by then. */
export function save<H extends Host>(exchange: ExchangeState<H>, session: Session, done: Callback): void {
  beforeStoring(exchange, session, done, () => saveNow(exchange, session, done))
}

function saveNow<H extends Host>(exchange: ExchangeState<H>, session: Session, done: Callback): void {
  const { concurrency } = exchange.settings
  if (concurrency === 'off') return saveAsItIs(exchange, session, done)
  exchange.transact(session.id, done, (transaction, finish, deadline) => {
    const given = exchange.giving(session)
    if (isEnded(session)) return endedElsewhere(transaction, finish)
    const make = (record?: SessionData): Writing => {
      const { base } = transaction
      if (!base || !record) return { given, stored: storedForm(exchange, session), whole: true }
      const merged = mergeWith(base, given.text, record, { mine: dataIn(session) as Data, fresh: record as never })
      mergeCookie(session, base, record)
      exchange.lifetime?.meet(session.id, record)
      return { given: exchange.giving(session, given.text), stored: storedForm(exchange, session, { data: merged }), whole: false }
    }
    const written = (err: unknown, writing?: Writing): void => (err || writing ? finish(err) : endedElsewhere(transaction, finish))
    write({ exchange, transaction, deadline, rereads: concurrency === 'merge', make, done: written })
  })
}

function saveAsItIs<H extends Host>(exchange: ExchangeState<H>, session: Session, done: Callback): void {
  let given: Written
  try {
    given = exchange.giving(session)
  } catch (unserialisable) {
    return done(unserialisable)
  }
  exchange.port.set(given.id, storedForm(exchange, session), err => {
    if (!err) exchange.arrived(given)
    done(err)
  })
}
