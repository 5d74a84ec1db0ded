import { announceRenewed } from '../events/announce'
import { mergeCookie, rebase, turnTo } from './rebase'
import { beforeStoring } from './before-storing'
import { gone } from '../errors/store-errors'
import { isPromise, type Callback, type ResultCallback } from '../../primitives/callbacks'
import { serializeData } from '../record/serialize-data'
import type { Cookie } from '../record/cookie'
import type { Deadline } from '../concurrency/deadline'
import type { ExchangeState } from './exchange-state'
import type { ActiveSession } from '../concurrency/active-sessions'
import { sessionOf, type Session } from '../session/session'
import type { Keep } from '../session/keep'
import type { Data } from '../record/merge'
import { RecordDraft } from '../record/record-draft'
import { checkId } from '../settings/settings'
import { dateOf } from '../record/lifetime'
import { endOld } from './renewal/end-old'
import { baseOf, orFollow } from './renewal/follow'
import { leftRecord } from './renewal/left-record'
import { liveCookie, type SessionData } from '../record/session-data'
import { ending } from '../session/session-end'
import { dataIn } from '../record/session-view'
import type { Outcome } from '../store/contract'
import type { Version } from '../record/snapshot'
import { storedForm } from '../lifetime/stored-form'
import { followLogin, renewing } from '../users/renewal'

/** How many times other processes may write the old record during the move. Each time the new record is written again. */
const MOST_TRIES = 100

/**
 * Gives a session a new ID and keeps its data, with what other requests have saved. The new record is written first. If the old one was destroyed
 * meanwhile, the new one is removed, so that a logout is never undone.
 *
 * @throws Error with the code `ERR_SESSION_NOT_FOUND`, through the callback, if the session no longer exists
 */
export function rotate(exchange: ExchangeState, session: Session, keep: Keep, done: Callback, why: 'asked' | 'age' = 'asked'): void {
  beforeStoring(exchange, session, done, () => {
    turnTo(exchange, session)
    prepare(exchange, session, keep, done, ({ id, cookie }) => {
      if (id === session.id) return done(exchange.idInUse())
      // An ID that another request has renewed because of its age is not renewed again
      const again = (followed: Session, done: Callback): void => (why === 'age' ? done() : rotate(exchange, followed, keep, done))
      renewing(exchange, session, { keep, id }, orFollow(exchange, session, done, again), done => {
        const rotation = new Rotation(exchange, session, { keep, id, cookie, isByAge: why === 'age' })
        exchange.storeClient.replace(
          session.id,
          // A move that fails is no logout: what is saved after it is kept
          (deadline, ended, active) => rotation.run(deadline, err => ended(err, true), active),
          ending(session, err => rotation.end(err, done)),
        )
      })
    })
  })
}

/** What a session gets. The cookie is undefined if the old one is kept. */
type Prepared = Pick<Target, 'id' | 'cookie'>

/** @param act is called outside of promises and of `try`: an error that it throws is not one of the options */
function prepare(exchange: ExchangeState, session: Session, keep: Keep, done: Callback, act: (prepared: Prepared) => void): void {
  const { settings, host } = exchange
  let prepared: Prepared | Promise<Prepared>
  try {
    const id = settings.genid(host)
    // The end of the cookie is that of the last write, which may have passed: touches may have moved an end that the store keeps elsewhere
    if (keep === true) liveCookie(session).resetMaxAge()
    const options = keep === true ? undefined : settings.cookieOptions(host)
    const from = (id: string, given: Awaited<typeof options>): Prepared => ({ id: checkId(id), cookie: given && exchange.cookieOf(given) })
    const isLater = isPromise(id) || isPromise(options)
    prepared = isLater ? Promise.all([id, options]).then(([id, given]) => from(id, given)) : from(id, options)
  } catch (thrown) {
    return done(thrown)
  }
  if (!isPromise<Prepared>(prepared)) return act(prepared)
  prepared.then(
    found => process.nextTick(act, found),
    err => process.nextTick(done, err),
  )
}

interface Target {
  readonly keep: Keep
  readonly id: string
  /** The new cookie, if the session's cookie is not kept. */
  readonly cookie: Cookie | undefined
  /** Whether the ID is renewed because of its age. */
  readonly isByAge: boolean
}

/** The move of a session from its old ID to a new one. */
class Rotation {
  /** The new record, which the store is given. */
  #written: { readonly data: Data; readonly cookie: Cookie } | undefined
  /** The old record. */
  #old: SessionData | undefined
  /** The version of the new record, if the store compares; null: not stored yet. */
  #version: Version | null | undefined = null
  #tries = 0

  constructor(
    private readonly exchange: ExchangeState,
    private readonly session: Session,
    private readonly target: Target,
  ) {}

  /** Called in a turn of the old ID. */
  run(deadline: Deadline, ended: Callback, active: ActiveSession): void {
    const { exchange } = this
    const { id } = this.session
    // Beside this end another one is in progress: a store's own `regenerate`, which does not know of the new ID, and for which the queue does not wait
    if (active.ending > 1) return ended(gone())
    exchange.storeClient.get(
      id,
      (err, record, version) => {
        if (err) return ended(err)
        if (this.#isStored && (!record || exchange.isOver(record))) return ended(gone())
        this.#old = record ?? undefined
        followLogin(exchange, this.session, this.target.id, record ?? undefined, err => {
          if (err) return ended(err)
          this.#write(record ?? undefined, deadline, err => (err ? ended(err) : this.#finish(version, deadline, ended, active)))
        })
      },
      deadline,
    )
  }

  /** Whether there is an old record: a session of this request that was never saved has none. */
  get #isStored(): boolean {
    return this.exchange.generated !== this.session.id || this.exchange.changes.hasSaved
  }

  /** @returns the new record. @throws if it cannot be stored */
  #make(record: SessionData | undefined): SessionData {
    const { exchange, target } = this
    if (record) exchange.lifetime?.mergeStored(this.session.id, record, dateOf(record))
    const data = keptOf(this.#merge(record), target.keep)
    const cookie = target.cookie ?? (this.session.cookie as Cookie)
    exchange.settings.checkCookie?.(exchange.host, cookie)
    const stored = storedForm(exchange, this.session, { data, cookie, id: target.id })
    this.#written = { data, cookie }
    return stored
  }

  #write(record: SessionData | undefined, deadline: Deadline, done: Callback): void {
    const { exchange, target } = this
    const { storeClient } = exchange
    let stored: SessionData
    try {
      stored = this.#make(record)
    } catch (thrown) {
      return done(thrown)
    }
    if (!storeClient.compares) return storeClient.set(target.id, stored, done, deadline)
    const compared: ResultCallback<Outcome> = (err, outcome) => {
      if (!err && !outcome?.ok) {
        // The record belongs to another session, and stays
        this.#written = undefined
        // After its first write, it can only have been revoked
        return done(this.#version === null ? exchange.idInUse() : gone())
      }
      this.#version = outcome?.version
      done(err)
    }
    storeClient.compareAndSet(target.id, stored, { version: this.#version ?? null }, compared, deadline)
  }

  /** The data of this request, merged with what others have saved. */
  #merge(record: SessionData | undefined): Data {
    const { session, exchange } = this
    const base = baseOf(exchange, session)
    const mine = dataIn(session) as Data
    if (!base || !record) return { ...mine }
    const draft = RecordDraft.of(record)
    rebase(draft, base, serializeData(session), mine)
    mergeCookie(session, base, record)
    return draft.data
  }

  /** The new record is stored: ends the old one, unless another process has ended or changed it. */
  #finish(version: Version | undefined, deadline: Deadline, ended: Callback, active: ActiveSession): void {
    const { storeClient } = this.exchange
    let old: Parameters<typeof endOld>[1]
    try {
      old = { id: this.session.id, version, to: this.target.id, left: this.#left }
    } catch (thrown) {
      return ended(thrown)
    }
    endOld(storeClient, old, deadline, (err, isEnded) => {
      if (err) return ended(err)
      if (isEnded) {
        // For requests of this process that still have the old ID, and log out
        storeClient.activeSessions.move(active, this.target.id)
        return ended()
      }
      if (++this.#tries > MOST_TRIES) return ended(new Error('session is changed by other requests too often; it keeps its ID'))
      this.run(deadline, ended, active)
    })
  }

  /** The record that the old ID keeps during the grace. */
  get #left(): Session | undefined {
    const { exchange, session, target } = this
    const isByAge = target.isByAge && !exchange.lifetime?.isRestarted
    const after = this.#written?.data as Data
    return leftRecord(exchange, { session, before: this.#old, after }, { to: target.id, isByAge })
  }

  /** The old session has been ended, or could not be. */
  end(err: unknown, done: Callback): void {
    const { exchange, session, target } = this
    if (err || !this.#written) {
      // No client has the new ID
      if (this.#written) exchange.storeClient.destroy(target.id, () => done(err))
      else done(err)
      return
    }
    const { data, cookie } = this.#written
    const { host } = exchange
    host.sessionID = target.id
    const after = sessionOf(host, data)
    after.cookie = cookie
    host.session = after
    exchange.lifetime?.move(session.id, target.id)
    const wasStored = this.#isStored
    exchange.moved(session, after, this.#version ?? undefined)
    announceRenewed(exchange, after, wasStored)
    done()
  }
}

function keptOf({ cookie: _, ...own }: Data, keep: Keep): Data {
  return keep === true ? own : Object.fromEntries(Object.entries(own).filter(([key]) => keep.includes(key)))
}
