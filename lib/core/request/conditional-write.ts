import { isDeepStrictEqual } from 'node:util'
import { AT_ONCE, Attempts } from '../concurrency/attempts'
import { refusesVersion, isMissing } from '../errors/store-errors'
import type { Deadline } from '../concurrency/deadline'
import type { ExchangeState } from './exchange-state'
import { serializeData } from '../record/serialize-data'
import type { Transaction } from '../concurrency/transaction'
import type { Host, Session } from '../session/session'
import type { Written } from './change-tracker'
import type { SessionData } from '../record/session-data'
import type { Callback } from '../../primitives/callbacks'
import type { Outcome } from '../store/contract'
import type { Version } from '../record/snapshot'
import { MARKS } from '../record/reserved-key'

/** What is to be stored. */
export interface Writing {
  readonly given: Written
  readonly stored: Session
  /** The exchange's session is no other than that. */
  readonly whole: boolean
}

/** A write on the condition that nobody has written meanwhile, for as long as it takes. */
export interface ConditionalWrite<H extends Host, Made extends Writing> {
  readonly exchange: ExchangeState<H>
  readonly transaction: Transaction
  readonly deadline: Deadline
  /** Whether a plain store is read again though nobody in this process has written. */
  readonly rereads: boolean
  /** What to write over what the store has by now; over what the exchange has, without an argument. May be asked again. @throws what ends the task */
  make(record?: SessionData): Made
  /** @param written nothing where the session has been ended */
  done(err: unknown, written?: Made): void
}

/** How far apart later tries are at most, in milliseconds. */
const APART = 32

export function write<H extends Host, Made extends Writing>(task: ConditionalWrite<H, Made>): void {
  const { exchange, transaction } = task
  if (transaction.isEnded) return task.done(undefined)
  // Of a session that is neither new nor was read, an app's own doing, nothing is known that a condition could be made of
  if (!transaction.base) return attempt(task, undefined, exchange.generated === transaction.id ? null : undefined)
  if (knows(task)) return attempt(task, undefined, transaction.base.version)
  const { lastWrite } = transaction.active
  if (lastWrite) attempt(task, JSON.parse(lastWrite.text) as SessionData, lastWrite.version)
  else look(task)
}

/** Whether the exchange may know what the store has; one that compares will say so if it does not. */
function knows<H extends Host, Made extends Writing>({ exchange, transaction, rereads }: ConditionalWrite<H, Made>): boolean {
  if (!transaction.isCurrent) return false
  return exchange.port.compares ? transaction.base?.version !== undefined : !rereads
}

function look<H extends Host, Made extends Writing>(task: ConditionalWrite<H, Made>, attempts?: Attempts): void {
  const { exchange, transaction, deadline } = task
  const read = (err: unknown, record?: SessionData | null, version?: Version): void => {
    if (err && !isMissing(err)) return task.done(err)
    if (!record || transaction.isEnded) return task.done(undefined)
    if (!transaction.base && !recognise(transaction, record, version)) return task.done(exchange.taken())
    if (attempts?.isStalled(record)) return task.done(refusesVersion())
    attempt(task, record, version ?? undefined, attempts)
  }
  exchange.port.get(transaction.id, read, deadline)
}

/** A new session is there: by a write of ours, of which the store has not said that it was made? */
function recognise(transaction: Transaction, record: SessionData, version: Version | undefined): boolean {
  const text = serializeData(record)
  if (!transaction.tried?.some(tried => isSame(tried, text))) return false
  transaction.base = { text, cookie: record.cookie, version }
  return true
}

function attempt<H extends Host, Made extends Writing>(
  task: ConditionalWrite<H, Made>,
  record: SessionData | undefined,
  version: Version | null | undefined,
  attempts?: Attempts,
): void {
  const { transaction, deadline } = task
  const { isCurrent } = transaction
  let made: Made
  try {
    made = task.make(record)
  } catch (thrown) {
    return task.done(thrown)
  }
  put(task, made, version, (err, outcome) => {
    if (!err && outcome?.ok) return wrote(task, made, outcome.version)
    const course = attempts ?? new Attempts()
    if (!err) return tryAgain(() => look(task, course), ++course.refused, deadline)
    if (isCurrent) transaction.failed(made.given)
    if (isAlone(task) && course.mayRepeat(err)) lookForLost(task, made, course)
    else task.done(err)
  })
}

/** A write whose reply was lost, maybe with the connection: what the store has by now tells whether it was made. */
function lookForLost<H extends Host, Made extends Writing>(task: ConditionalWrite<H, Made>, made: Made, attempts: Attempts): void {
  const { exchange, transaction, deadline } = task
  const read = (err: unknown, record?: SessionData | null, version?: Version): void => {
    if (err && !isMissing(err)) return attempts.mayRead(err) ? lookForLost(task, made, attempts) : task.done(err)
    if (!record) return transaction.base ? task.done(undefined) : attempt(task, undefined, null, attempts)
    if (isSame(made.given.text, serializeData(record))) return wrote(task, made, version)
    if (!transaction.base) return task.done(exchange.taken())
    attempt(task, record, version ?? undefined, attempts)
  }
  exchange.port.get(transaction.id, read, deadline)
}

/** Whether no client has the session's ID yet, so that no other request can have written it. */
function isAlone<H extends Host, Made extends Writing>({ exchange, transaction }: ConditionalWrite<H, Made>): boolean {
  const { port } = exchange
  return exchange.generated === transaction.id && port.compares && !port.answersAtOnce
}

function wrote<H extends Host, Made extends Writing>(task: ConditionalWrite<H, Made>, made: Made, version: Version | undefined): void {
  const { given, stored, whole } = made
  task.exchange.arrived(given)
  task.transaction.wrote({ text: given.text, cookie: given.cookie, version }, stored, whole)
  task.done(undefined, made)
}

/** Whether two texts say the same. Some engines put the keys in another order. */
function isSame(one: string, other: string): boolean {
  return one === other || isDeepStrictEqual(JSON.parse(one), JSON.parse(other))
}

/** The strictest way that the store has. */
function put<H extends Host, Made extends Writing>(
  { exchange: { port }, transaction, deadline }: ConditionalWrite<H, Made>,
  { given: { id, text }, stored, whole }: Made,
  version: Version | null | undefined,
  done: Callback<Outcome>,
): void {
  if (version !== undefined && port.compares)
    return port.compareAndSet(id, stored, { version, text: whole && !(MARKS in stored) ? text : undefined }, done, deadline)
  if (transaction.base && port.updates) return port.update(id, stored, (err, updated) => done(err, { ok: updated === true }), deadline)
  port.set(id, stored, err => done(err, { ok: true }), deadline)
}

function tryAgain(act: () => void, refused: number, deadline: Deadline): void {
  if (refused <= AT_ONCE) return act()
  const timer = setTimeout(() => {
    deadline.rest()
    act()
  }, Math.random() * APART)
  deadline.wait(() => {
    clearTimeout(timer)
    // It has passed, which is the first that is asked
    act()
  })
}
