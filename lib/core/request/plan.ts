import { Session } from '../session/session'
import type { Policy } from '../settings/policy'
import type { End } from '../session/session-end'

/** What is known of a session at the end of the handler. */
export interface Facts {
  /** Whether the host has a session. */
  readonly present: boolean
  /** Whether the store failed to read the session. A missing session then says nothing about the handler. */
  readonly unread: boolean
  /** Whether the client sent this ID with a valid signature, and the session still has it. */
  readonly returning: boolean
  /** Whether the data or the ID changed since the beginning. */
  readonly modified: boolean
  /** Whether the session was saved in this exchange, by the handler or before the first byte. */
  readonly saved: boolean
  /** Whether the store last had something else: other data, or no session. */
  readonly changed: boolean
  /** Whether attributes of the cookie changed since the handler's save. */
  readonly cookieChanged: boolean
  /** What an earlier commit of this exchange, before the first byte, did. */
  readonly lastPlan: Plan | undefined
  /** Whether the cookie has an expiry. */
  readonly expires: boolean
  /** Whether the session is neither stored nor sent: it replaces one that could not be read, or the request only reads. */
  readonly anonymous: boolean
  /** Whether the expiry was written so recently that the next touch can wait. */
  readonly touchedRecently: boolean
  /**
   * Whether the cookie's lifetime or an attribute changed since the beginning. False for new sessions, unless `watchesCookie`: a lifetime set on each
   * request must not store a session for each client.
   */
  readonly cookieReplaced: boolean
  /** Whether the request does not count as activity. */
  readonly passive: boolean
  /** Whether an unchanged record is written again: it lacks marks, or its end can only be moved by a save. */
  readonly rewritten: boolean
  /** Whether less than half of the lifetime was left at the beginning. */
  readonly pastHalfLife: boolean
  /** Whether the client's cookie is signed or sealed with an older secret, and is sent again. */
  readonly outdated: boolean
  /** Whether the client sent an ID with a valid signature. */
  readonly sent: boolean
  /** Whether the client's session was destroyed. Known for sessions in the cookie if there is no session any more. */
  readonly ended?: boolean
  /** Whether the handler has put `false`, 0 or an empty string in the place of the session, which ends no session: only null and undefined do. */
  readonly ignored?: boolean
  /** The result of destroying the client's session, if the handler asked for that with destroy or regenerate. */
  readonly destroyed: End | undefined
}

/** The facts of a request without a session. */
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

/** The store operation at the end of an exchange. */
export type Plan = 'save' | 'touch' | 'destroy' | 'nothing'

/** What the store is asked to do at the end of a request. */
export function planStore(facts: Facts, policy: Policy): Plan {
  if (!facts.present) return destroys(facts, policy) ? 'destroy' : 'nothing'
  if (facts.anonymous) return 'nothing'
  if (saves(facts, policy)) return 'save'
  if (!moves(facts, policy)) return 'nothing'
  return policy.rollsBySave ? 'save' : 'touch'
}

/** Whether the expiry is moved. A save that was made has moved it. */
function moves({ returning, passive, touchedRecently, lastPlan }: Facts, { family, rolling, keepsIdle }: Policy): boolean {
  return (family.keepsAlive || rolling || keepsIdle) && !passive && returning && lastPlan !== 'save' && !touchedRecently
}

function destroys({ unread, ignored, lastPlan, returning, saved, destroyed }: Facts, { unset, family }: Policy): boolean {
  // The handler knows that the store did not respond in time. Waiting again would not help
  if (unset !== 'destroy' || unread || ignored || lastPlan === 'destroy' || destroyed === 'unanswered') return false
  return !family.clears || (!destroyed && (returning || saved))
}

function saves(facts: Facts, policy: Policy): boolean {
  const { returning, modified, saved, changed, cookieChanged, cookieReplaced, pastHalfLife, rewritten } = facts
  if (saved) return changed || cookieChanged
  if (cookieReplaced) return true
  return returning ? policy.resave || changed || pastHalfLife || rewritten : policy.saveUninitialized || modified
}

/** The cookie operation of the response. */
export type CookiePlan = 'set' | 'clear' | 'nothing'

/** @param lastPlan what the commit did, if there was one */
export function planCookie(facts: Facts, policy: Policy, lastPlan: Plan | undefined): CookiePlan {
  if (facts.anonymous) return 'nothing'
  if (facts.present && setsCookie(facts, policy, lastPlan)) return 'set'
  return (policy.family.clears || policy.clearsCookie) && isCookieStale(facts, policy) ? 'clear' : 'nothing'
}

function setsCookie(
  { returning, modified, saved, expires, cookieReplaced, outdated }: Facts,
  { rolling, saveUninitialized, family }: Policy,
  lastPlan?: Plan,
): boolean {
  if (outdated && returning) return true
  if (family.cookieOnSave) return saved || lastPlan === 'save' || (returning && rolling)
  return returning ? rolling || cookieReplaced || (expires && modified) : saveUninitialized || modified
}

/** Whether the client's cookie has no session any more. */
function isCookieStale({ present, unread, ignored, sent, returning, destroyed, ended }: Facts, { unset, family }: Policy): boolean {
  if (unread || destroyed === 'failed' || destroyed === 'unanswered') return false
  if (present) return sent && !returning
  const isUnset = unset === 'destroy' && !ignored
  if (family.clears) return isUnset || (sent && ended === true)
  return sent && (isUnset || destroyed === 'done')
}

/** The session that the handler left, with its facts. */
export interface Seen {
  readonly session: Session | undefined
  readonly facts: Facts
}
