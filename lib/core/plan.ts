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
  /** The attributes of the cookie are not those that the handler saved. A touch would store them, and new sessions are not touched. */
  readonly cookieChanged: boolean
  /** What an earlier commit of this exchange, before the first byte, has done already. */
  readonly done: Plan | undefined
  /** The cookie has a date of expiry. */
  readonly expires: boolean
  /** The session stands for one that could not be read: it is not stored, and its cookie is not sent. */
  readonly anonymous: boolean
  /** The store has been given an expiry so lately that another can wait. */
  readonly rested: boolean
}

/** What is so where there is no session, whatever else is known. */
export const ABSENT = {
  present: false,
  returning: false,
  modified: false,
  saved: false,
  changed: false,
  cookieChanged: false,
  expires: false,
  anonymous: false,
  rested: false,
}

/** Of the options, those that decide. */
export interface Policy {
  readonly resave: boolean
  readonly rolling: boolean
  readonly saveUninitialized: boolean
  readonly unset: 'destroy' | 'keep'
}

/** What the store is asked at the end of an exchange. */
export type Plan = 'save' | 'touch' | 'destroy' | 'nothing'

export function planStore(facts: Facts, policy: Policy): Plan {
  if (!facts.present) return policy.unset === 'destroy' && !facts.unread && facts.done !== 'destroy' ? 'destroy' : 'nothing'
  if (facts.anonymous) return 'nothing'
  if (saves(facts, policy)) return 'save'
  // A save has moved the expiry too
  return facts.returning && facts.done !== 'save' && !facts.rested ? 'touch' : 'nothing'
}

function saves({ returning, modified, saved, changed, cookieChanged }: Facts, policy: Policy): boolean {
  if (saved) return changed || (cookieChanged && !returning)
  return returning ? policy.resave || changed : policy.saveUninitialized || modified
}

/** Whether the response sets the cookie. */
export function planCookie({ present, anonymous, returning, modified, expires }: Facts, policy: Policy): boolean {
  if (!present || anonymous) return false
  return returning ? policy.rolling || (expires && modified) : policy.saveUninitialized || modified
}
