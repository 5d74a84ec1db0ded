import type { Why } from '../diagnostics/session-events'
import type { Callback } from '../../primitives/callbacks'
import { dataIn } from '../record/session-view'
import type { Base, Version } from '../record/snapshot'
import type { StoreClient } from '../store/store-client'
import { endAndTell } from './end-and-tell'
import { beginsAnew, endOnce } from './end-once'
import { copyOf, eventOf, subjectOf, toldIn, type Announcing, type KnownMarks } from './session-event'

/** The part of an exchange that its events need. */
export interface EventContext extends Announcing {
  readonly storeClient: StoreClient
  readonly sentId: string | undefined
  /** Whether the request has an earlier ID. Its record is no session. */
  readonly isSnapshot: boolean
  /** The ID of the session that was generated last. */
  readonly generated: string | undefined
  readonly requestLifetime: { readonly transaction: { readonly id: string; readonly base: Base | undefined } | undefined }
}

interface Identified {
  readonly id: string
}

/** The IDs of the sessions whose event a request has told. */
interface Told {
  created?: string
  ended?: string
}

/** By request, so that a request without listeners has no such object. */
const tellings = new WeakMap<object, Told>()

function toldOf(announcer: EventContext): Told {
  let told = tellings.get(announcer)
  if (!told) tellings.set(announcer, (told = {}))
  return told
}

/** The session has been stored. Tells of it if it is new, once. */
export function announceCreated(announcer: EventContext, session: Identified): void {
  const { events } = announcer.settings
  if (announcer.generated !== session.id || !(events.hasListener('created') || events.hasListener('ended'))) return
  const told = toldOf(announcer)
  if (told.created === session.id) return
  told.created = session.id
  beginsAnew(announcer.storeClient, session.id)
  if (events.hasListener('created'))
    events.tell('created', eventOf(announcer, session.id, { why: loginOf(announcer, session.id), data: dataOf(session) }))
}

function loginOf({ lifetime }: EventContext, id: string): Why | undefined {
  return lifetime?.known(id)?.u === undefined ? undefined : 'login'
}

/** The new session is not told of before the old one has ended. @returns tells of it */
export function holdCreated(announcer: EventContext, id: string): (session: Identified) => void {
  const { events } = announcer.settings
  if (!events.hasListener('created') && !events.hasListener('ended')) return () => {}
  const told = toldOf(announcer)
  told.created = id
  return session => {
    delete told.created
    announceCreated(announcer, session)
  }
}

/** The session has a new ID. @param wasStored whether the store had it under the old one: otherwise it is created now */
export function announceRenewed(announcer: EventContext, session: Identified, wasStored: boolean): void {
  if (!wasStored) return announceCreated(announcer, session)
  const { events } = announcer.settings
  if (events.hasListener('ended')) toldOf(announcer).created = session.id
  if (events.hasListener('renewed')) events.tell('renewed', eventOf(announcer, session.id, { why: 'renewed', data: dataOf(session) }))
}

/** The store has no session of the client's ID, or one that cannot be read. */
export function announceUnknown(announcer: EventContext, why?: Why): void {
  announcer.settings.events.tellLimited('unknown', () => eventOf(announcer, undefined, { why, data: undefined }))
}

/** The client has sent the old ID of a session that has another one. @param marks of the record under the old ID */
export function announceReused(announcer: Announcing, marks: KnownMarks | undefined): void {
  announcer.settings.events.tellLimited('reused', () => eventOf(announcer, undefined, { why: 'renewed', data: undefined, marks }))
}

/** A session that is ended. */
export interface Ending {
  readonly id: string
  readonly why: Why
  /** @returns the data that the session has, perhaps with the cookie */
  readonly data: () => object | undefined
  readonly version?: Version | undefined
  /** The marks of its record, if the exchange has not taken them over. */
  readonly marks?: KnownMarks | undefined
  /** Whether `destroy` does more than remove the record, so that its error matters although the session has ended. */
  readonly isMore?: boolean
  /** How long requests with the ID get an empty session, in milliseconds. */
  readonly grace?: number
  /** Whether `destroy` itself ends the session on a condition, on stores that compare. */
  readonly isClaimed?: boolean
}

/** Destroys a session, and tells of its end when the store has answered. @param destroy removes the record */
export function endAnnounced(announcer: EventContext, ending: Ending, destroy: (done: Callback) => void, done: Callback): void {
  const { id, grace, isMore = false, isClaimed = false } = ending
  const { events } = announcer.settings
  if (!events.hasListener('ended') || !isStored(announcer, id) || toldOf(announcer).ended === id) return destroy(done)
  if (announcer.isSnapshot) return endOfCurrent(announcer, ending, destroy, done)
  const event = eventOf(announcer, id, { ...ending, data: copyOf(ending.data()) })
  const version = ending.version ?? versionOf(announcer, id)
  endOnce(announcer.storeClient, { id, version, grace, isClaimed }, destroy, (err, claimed) => {
    if (claimed) {
      toldOf(announcer).ended = id
      events.tell('ended', { ...event, ...(claimed.record && toldIn(claimed.record)) })
    }
    done(claimed && !isMore ? undefined : err)
  })
}

/** The request has an earlier ID. Its record leads to the session that is ended. */
function endOfCurrent(announcer: EventContext, { id, why, isMore }: Ending, destroy: (done: Callback) => void, done: Callback): void {
  const { events } = announcer.settings
  endAndTell(announcer.storeClient, id, { events, why, isMore, subject: subjectOf(announcer) }, destroy, done)
}

/** A session of this request that was never stored does not end. */
function isStored(announcer: EventContext, id: string): boolean {
  return announcer.generated !== id || toldOf(announcer).created === id
}

function versionOf({ requestLifetime: { transaction } }: EventContext, id: string): Version | undefined {
  return transaction?.id === id ? transaction.base?.version : undefined
}

function dataOf(session: object): object {
  return copyOf(dataIn(session)) as object
}
