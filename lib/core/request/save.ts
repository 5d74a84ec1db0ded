import { isDeepStrictEqual } from 'node:util'
import { inThisContext } from '../../primitives/async-context'
import { deliver, isMissing, isPromise, reasonOf } from '../store/guarded-call'
import type { AnyCookie, Cookie, CookieData } from '../record/cookie'
import { StoreUnavailable, type Deadline } from '../concurrency/deadline'
import { notice } from '../diagnostics/channels'
import type { Exchange } from './exchange'
import { fingerprint } from '../record/serialize-data'
import type { Base, Hold } from '../concurrency/transaction'
import type { Change, Host } from '../session/host'
import type { Given } from './change-tracker'
import { changed, merge, mergeAttributes, type Data, type Side } from '../record/merge'
import { cookieOf, liveCookie, sessionOf, type Session, type SessionData } from '../session/session'
import { gone, isEnded } from '../session/session-end'
import { dataIn, itself, shownOf, viewOf } from '../record/session-view'
import { asStored, copyOf, hostOf } from './stored-session'
import type { Callback, Found } from '../store/store-client'
import { write, type Writing } from './conditional-write'

/** The exchange's session goes to the store: as it is where nobody else has written it meanwhile, else merged with what the store has by then. */
export function save<H extends Host>(exchange: Exchange<H>, session: Session, done: Callback): void {
  announce(exchange, session, done, () => saveNow(exchange, session, done))
}

/** @param act when the app has been told of what is to be stored; it may change that, and may refuse */
export function announce<H extends Host>(
  { settings: { beforeSave }, host }: Exchange<H>,
  session: Session,
  done: Callback,
  act: () => void,
): void {
  let told: unknown
  try {
    told = beforeSave?.(host, session)
  } catch (refused) {
    return done(reasonOf(refused, 'beforeSave'))
  }
  if (!isPromise(told)) return act()
  told.then(act, refused => done(reasonOf(refused, 'beforeSave')))
}

function saveNow<H extends Host>(exchange: Exchange<H>, session: Session, done: Callback): void {
  const { concurrency } = exchange.settings
  if (concurrency === 'off') return saveAsItIs(exchange, session, done)
  exchange.holding(session.id, done, (hold, finish, deadline) => {
    const given = exchange.giving(session)
    if (isEnded(session)) return interrupt(hold, finish)
    const make = (record?: SessionData): Writing => {
      const { base } = hold
      if (!base || !record) return { given, stored: asStored(exchange, session), whole: true }
      const merged = mergeWith(base, given.text, record, { mine: dataIn(session) as Data, fresh: record as never })
      refresh(session, base, record)
      return { given: exchange.giving(session, given.text), stored: copyOf(session, merged, session.cookie as Cookie), whole: false }
    }
    const written = (err: unknown, writing?: Writing): void => (err || writing ? finish(err) : interrupt(hold, finish))
    write({ exchange, hold, deadline, rereads: concurrency === 'merge', make, done: written })
  })
}

function saveAsItIs<H extends Host>(exchange: Exchange<H>, session: Session, done: Callback): void {
  let given: Given
  try {
    given = exchange.giving(session)
  } catch (unserialisable) {
    return done(unserialisable)
  }
  exchange.port.set(given.id, asStored(exchange, session), err => {
    if (!err) exchange.arrived(given)
    done(err)
  })
}

/**
 * A session that somebody wrote meanwhile has a new expiry already, and one that is destroyed needs none.
 *
 * @returns whether the store has been asked for that by now: a touch that is behind a save waits for what that says
 */
export function touch<H extends Host>(exchange: Exchange<H>, id: string, session: Session, done: Callback): boolean {
  const { port } = exchange
  if (exchange.settings.concurrency === 'off') {
    port.touch(id, asStored(exchange, session), done)
    return true
  }
  let asked = false
  const act: Parameters<typeof exchange.holding>[2] = (hold, finish, deadline) => {
    const { flight } = hold
    asked = true
    if (hold.dead || !hold.current) return finish()
    // To within the time of one call it is the same moment
    if (flight.touching) return void (flight.joined ??= []).push(inThisContext(finish))
    flight.touching = true
    const touched: Callback = err => {
      const { joined = [] } = flight
      flight.touching = false
      flight.joined = undefined
      for (const other of joined) deliver(() => other(err))
      finish(err)
    }
    port.touch(id, asStored(exchange, session), err => (err ? doubt(exchange, hold, { err, deadline }, touched) : touched()), deadline)
  }
  exchange.holding(id, done, act, true)
  return asked
}

/** Some stores call it an error that there is nothing to touch. Whoever destroyed the session knows, and the visitor has done nothing wrong. */
function doubt<H extends Host>(
  exchange: Exchange<H>,
  hold: Hold,
  { err, deadline }: { readonly err: unknown; readonly deadline: Deadline },
  done: Callback,
): void {
  if (err instanceof StoreUnavailable) return done(err)
  const found: Found = (missing, record) => {
    if (missing ? isMissing(missing) : !record) interrupt(hold, done)
    else done(err)
  }
  exchange.port.get(hold.id, found, deadline)
}

/** A change to what the store has by now and to what the exchange has made of it, in one. */
export function update<H extends Host>(exchange: Exchange<H>, session: Session, change: Change, done: Callback): void {
  announce(exchange, session, done, () => updateNow(exchange, session, change, done))
}

function updateNow<H extends Host>(exchange: Exchange<H>, session: Session, change: Change, done: Callback): void {
  exchange.holding(session.id, done, (hold, finish, deadline) => {
    if (isEnded(session)) return finish(gone())
    // JSON's copies, which the change does not reach before it is stored
    const copy = (): Data => dataOf(fingerprint(liveCookie(session)))
    const make = (record?: SessionData): Writing & { draft: Session; before: Data } => {
      const { base } = hold
      const before = copy()
      if (base && record) refresh(session, base, record)
      const data =
        base && record ? mergeWith(base, fingerprint(session), record, { mine: copy(), fresh: dataOf(fingerprint(record)) }) : copy()
      const draft = sessionOf(hostOf(session, session.id), data)
      draft.cookie = cookieOf({ cookie: session.cookie })
      if (isPromise(change(shownOf(draft)) as unknown)) throw new TypeError('update needs a synchronous function')
      return { given: exchange.giving(draft), stored: asStored(exchange, draft), whole: true, draft, before }
    }
    const written = (err: unknown, writing?: ReturnType<typeof make>): void => {
      if (err || !writing) return finish(err ?? gone())
      try {
        adopt(session, writing.before, writing.draft)
      } catch (unserialisable) {
        return finish(unserialisable)
      }
      finish()
    }
    write({ exchange, hold, deadline, rereads: true, make, done: written })
  })
}

/** The live session takes over what came of an update, but for what the handler has done to it since. */
function adopt(session: Session, before: Data, draft: Session): void {
  const live = viewOf(session) ?? itself(session)
  const { cookie: _, ...after } = dataIn(draft) as Data
  const since = dataOf(fingerprint(session))
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!changed(key, before, after) || changed(key, before, since)) continue
    if (Object.hasOwn(after, key)) live.put(key, after[key])
    else live.remove(key)
  }
  session.cookie = draft.cookie
}

function interrupt(hold: Hold, done: Callback): void {
  notice('interrupted')
  hold.gone = true
  done()
}

/** @param text of the exchange's data. @param values of both sides, where not JSON's copies of them are wanted */
export function mergeWith(base: Base, text: string, record: SessionData, values: Record<Side, Data>): Data {
  const [began, mine, fresh] = [dataOf(base.text), dataOf(text), dataOf(fingerprint(record))]
  const { sides, conflicts } = merge(began, mine, fresh)
  if (!isDeepStrictEqual(began, fresh)) notice('merged')
  if (conflicts.length > 0) notice('conflict', { keys: conflicts })
  // Not by assignment, under which `__proto__` is no key
  return Object.fromEntries(Array.from(sides, ([key, side]) => [key, values[side][key]]))
}

function dataOf(text: string): Data {
  return JSON.parse(text) as Data
}

/**
 * What becomes of the session's cookie while others set it: theirs, where the exchange left it as it was.
 *
 * @returns whether there is a session to set it for
 */
export function freshen<H extends Host>({ holder: { hold } }: Exchange<H>, session: Session): boolean {
  if (hold?.id !== session.id) return true
  const { base, flight } = hold
  if (base && flight.cookie && !hold.current) refresh(session, base, flight as { cookie: AnyCookie })
  return !hold.dead
}

/** What others have set of a cookie's attributes, and I have not. The lifetime among them, which begins now. */
export function refresh(session: Session, base: Base, { cookie: fresh }: Pick<SessionData, 'cookie'>): void {
  const cookie = session.cookie as Cookie
  const merged = mergeAttributes(cookieDataOf(base), cookie.data, cookieDataOf({ cookie: fresh }))
  const { expires: _, originalMaxAge, ...attributes } = merged
  for (const [name, value] of Object.entries(attributes)) {
    if (cookie[name as keyof typeof attributes] !== value) Object.assign(cookie, { [name]: value })
  }
  if (originalMaxAge !== cookie.originalMaxAge) cookie.maxAge = originalMaxAge
}

/** Of a cookie as records have it, with what ours would be. */
function cookieDataOf({ cookie }: Pick<SessionData, 'cookie'>): CookieData {
  return cookieOf({ cookie }).data
}
