import { Session } from '../session/session'
import type { Policy } from '../settings/policy'
import type { End } from '../session/session-end'

/** What is known of a session when the handler is done with it. */
export interface Facts {
  /** The handler left a session on the host. */
  readonly present: boolean
  /** The store could not say what it has of the session: that none is present tells nothing of what the handler wants. */
  readonly unread: boolean
  /** The client sent this very id, under a signature that held, and it is still the session's. */
  readonly returning: boolean
  /** The data or the id are not those that the exchange began with. */
  readonly modified: boolean
  /** The session has been saved in this exchange, by the handler or by a first write. */
  readonly saved: boolean
  /** The store was last seen with something else: other data, or no such session. */
  readonly changed: boolean
  /** The attributes of the cookie are not those that the handler saved. */
  readonly cookieChanged: boolean
  /** What an earlier commit of this exchange, before the first byte, has done already. */
  readonly done: Plan | undefined
  /** The cookie has a date of expiry. */
  readonly expires: boolean
  /** The session is not stored, and its cookie is not sent: it stands for one that could not be read, or the request only reads. */
  readonly anonymous: boolean
  /** The store has been given an expiry so lately that another can wait. */
  readonly touchedRecently: boolean
  /**
   * The cookie's lifetime or an attribute is not what the exchange began with. False for new sessions, unless the family watches their cookies: a
   * lifetime that is set on each request must not store a session for each client.
   */
  readonly cookieReplaced: boolean
  /** The request does not keep the session alive. */
  readonly passive: boolean
  /** The record is to be written again, though the session has not changed: it lacks what the limits need, or its store has no other way to move its end. */
  readonly rewritten: boolean
  /** Less than half of the session's life was left when the exchange began. */
  readonly pastHalfLife: boolean
  /** The client's cookie is signed or sealed with another secret than the one that is used now, and is to be sent again. */
  readonly outdated: boolean
  /** The client sent an id, under a signature that held. */
  readonly sent: boolean
  /** What the client had, if anything, has been destroyed. Known where there is no session any more, of those that are kept in the cookie. */
  readonly ended?: boolean
  /** What the store said to the handler, where that has asked for the end of what the client had, itself or by a regenerate. */
  readonly destroyed: End | undefined
}

/** What is so where there is no session, whatever else is known. */
export const ABSENT = {
  present: false,
  modified: false,
  changed: false,
  cookieChanged: false,
  expires: false,
  anonymous: false,
  touchedRecently: false,
  passive: false,
  rewritten: false,
  cookieReplaced: false,
  pastHalfLife: false,
  outdated: false,
}

/** What the store is asked at the end of an exchange. */
export type Plan = 'save' | 'touch' | 'destroy' | 'nothing'

export function planStore(facts: Facts, policy: Policy): Plan {
  if (!facts.present) return destroys(facts, policy) ? 'destroy' : 'nothing'
  if (facts.anonymous) return 'nothing'
  if (saves(facts, policy)) return 'save'
  const moves = (policy.family.keepsAlive || policy.rolling || policy.keepsIdle) && !facts.passive
  // A save has moved the expiry too
  return moves && facts.returning && facts.done !== 'save' && !facts.touchedRecently ? 'touch' : 'nothing'
}

function destroys({ unread, done, returning, saved, destroyed }: Facts, { unset, family }: Policy): boolean {
  // The handler was told that the store has not answered in time: another wait would tell no more
  if (unset !== 'destroy' || unread || done === 'destroy' || destroyed === 'unanswered') return false
  return !family.clears || (!destroyed && (returning || saved))
}

function saves(facts: Facts, policy: Policy): boolean {
  const { returning, modified, saved, changed, cookieChanged, cookieReplaced, pastHalfLife, rewritten } = facts
  if (saved) return changed || cookieChanged
  if (cookieReplaced) return true
  return returning ? policy.resave || changed || pastHalfLife || rewritten : policy.saveUninitialized || modified
}

/** What the response says of the cookie. */
export type CookiePlan = 'set' | 'clear' | 'nothing'

/** @param done what the commit has done, where there was one */
export function planCookie(facts: Facts, policy: Policy, done: Plan | undefined): CookiePlan {
  if (facts.anonymous) return 'nothing'
  if (facts.present && setsCookie(facts, policy, done)) return 'set'
  return (policy.family.clears || policy.clearsCookie) && isOver(facts, policy) ? 'clear' : 'nothing'
}

function setsCookie(
  { returning, modified, saved, expires, cookieReplaced, outdated }: Facts,
  { rolling, saveUninitialized, family }: Policy,
  done?: Plan,
): boolean {
  if (outdated && returning) return true
  if (family.cookieOnSave) return saved || done === 'save' || (returning && rolling)
  return returning ? rolling || cookieReplaced || (expires && modified) : saveUninitialized || modified
}

/** The client has a cookie for nothing. */
function isOver({ present, unread, sent, returning, destroyed, ended }: Facts, { unset, family }: Policy): boolean {
  if (unread || destroyed === 'failed' || destroyed === 'unanswered') return false
  if (present) return sent && !returning
  if (family.clears) return unset === 'destroy' || (sent && ended === true)
  return sent && (unset === 'destroy' || destroyed === 'done')
}

/** What the handler left, and what is known of it. */
export interface Seen {
  readonly session: Session | undefined
  readonly facts: Facts
}
