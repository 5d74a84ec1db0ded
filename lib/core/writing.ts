import { isDeepStrictEqual } from 'node:util'
import { isMissing } from './call'
import type { Deadline } from './deadline'
import type { Exchange } from './exchange'
import { fingerprint } from './fingerprint'
import type { Hold } from './hold'
import type { Host } from './host'
import type { Given } from './knowledge'
import type { Session, SessionData } from './session'
import type { Callback, Outcome, Version } from './store-port'

/** What is to be stored. */
export interface Writing {
  readonly given: Given
  readonly stored: Session
  /** The exchange's session is no other than that. */
  readonly whole: boolean
}

/** A write on the condition that nobody has written meanwhile, for as long as it takes. */
export interface Task<H extends Host, Made extends Writing> {
  readonly exchange: Exchange<H>
  readonly hold: Hold
  readonly deadline: Deadline
  /** Whether a plain store is read again though nobody in this process has written. */
  readonly rereads: boolean
  /** What to write over what the store has by now; over what the exchange has, without an argument. May be asked again. @throws what ends the task */
  make(record?: SessionData): Made
  /** @param written nothing where the session has been ended */
  done(err: unknown, written?: Made): void
}

/** How often a refused write is tried again at once. Whoever is refused more often is one of many, and they get out of each other's way. */
const AT_ONCE = 8
/** By this much at most, in milliseconds. */
const APART = 32

export function write<H extends Host, Made extends Writing>(task: Task<H, Made>): void {
  const { exchange, hold } = task
  if (hold.dead) return task.done(undefined)
  // Of a session that is neither new nor was read, an app's own doing, nothing is known that a condition could be made of
  if (!hold.base) return attempt(task, undefined, exchange.generated === hold.id ? null : undefined)
  if (knows(task)) return attempt(task, undefined, hold.base.version)
  const { last } = hold.flight
  if (last) attempt(task, JSON.parse(last.text) as SessionData, last.version)
  else look(task)
}

/** Whether the exchange may know what the store has; one that compares will say so if it does not. */
function knows<H extends Host, Made extends Writing>({ exchange, hold, rereads }: Task<H, Made>): boolean {
  if (!hold.current) return false
  return exchange.port.compares ? hold.base?.version !== undefined : !rereads
}

function look<H extends Host, Made extends Writing>(task: Task<H, Made>, tries = 0): void {
  const { exchange, hold, deadline } = task
  const read = (err: unknown, record?: SessionData | null, version?: Version): void => {
    if (err && !isMissing(err)) return task.done(err)
    if (!record || hold.dead) return task.done(undefined)
    if (!hold.base && !recognise(hold, record, version)) return task.done(exchange.taken())
    attempt(task, record, version ?? undefined, tries)
  }
  exchange.port.get(hold.id, read, deadline)
}

/** A new session is there: by a write of ours, of which the store has not said that it was made? */
function recognise(hold: Hold, record: SessionData, version: Version | undefined): boolean {
  const text = fingerprint(record)
  const data: unknown = JSON.parse(text)
  // Some engines put the keys in another order
  if (!hold.tried?.some(tried => isDeepStrictEqual(JSON.parse(tried), data))) return false
  hold.base = { text, cookie: record.cookie, version }
  return true
}

function attempt<H extends Host, Made extends Writing>(
  task: Task<H, Made>,
  record: SessionData | undefined,
  version: Version | null | undefined,
  tries = 0,
): void {
  const { exchange, hold, deadline } = task
  const { current } = hold
  let made: Made
  try {
    made = task.make(record)
  } catch (thrown) {
    return task.done(thrown)
  }
  const { given, stored, whole } = made
  put(task, made, version, (err, outcome) => {
    if (err) {
      if (current) hold.failed(given)
      return task.done(err)
    }
    if (!outcome?.ok) return tryAgain(() => look(task, tries + 1), tries, deadline)
    exchange.arrived(given)
    hold.wrote({ text: given.text, cookie: given.cookie, version: outcome.version }, stored, whole)
    task.done(undefined, made)
  })
}

/** The strictest way that the store has. */
function put<H extends Host, Made extends Writing>(
  { exchange: { port }, hold, deadline }: Task<H, Made>,
  { given: { id, text }, stored, whole }: Made,
  version: Version | null | undefined,
  done: Callback<Outcome>,
): void {
  if (version !== undefined && port.compares)
    return port.compareAndSet(id, stored, { version, text: whole ? text : undefined }, done, deadline)
  if (hold.base && port.updates) return port.update(id, stored, (err, updated) => done(err, { ok: updated === true }), deadline)
  port.set(id, stored, err => done(err, { ok: true }), deadline)
}

function tryAgain(act: () => void, tries: number, deadline: Deadline): void {
  if (tries < AT_ONCE) return act()
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
