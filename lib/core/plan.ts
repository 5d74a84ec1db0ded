/** What is known of a session when the handler is done with it. */
export interface Facts {
  /** The handler left a session on the host. */
  readonly present: boolean
  /** The client sent this very id, under a signature that held, and it is still the session's. */
  readonly returning: boolean
  /** The data or the id are not those that the exchange began with. */
  readonly modified: boolean
  /** The session has been saved in this exchange, by the handler or by a first write. */
  readonly saved: boolean
  /** The data are not those that the store was last seen with: as loaded, as generated, or as saved since. */
  readonly changed: boolean
  /** A commit of this exchange has already moved the expiry in the store. */
  readonly renewed: boolean
  /** The cookie has a date of expiry. */
  readonly expires: boolean
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
  if (!facts.present) return policy.unset === 'destroy' ? 'destroy' : 'nothing'
  if (saves(facts, policy)) return 'save'
  return facts.returning && !facts.renewed ? 'touch' : 'nothing'
}

function saves({ returning, modified, saved, changed }: Facts, policy: Policy): boolean {
  if (saved) return changed
  return returning ? policy.resave || changed : policy.saveUninitialized || modified
}

/** Whether the response sets the cookie. */
export function planCookie({ present, returning, modified, expires }: Facts, policy: Policy): boolean {
  if (!present) return false
  return returning ? policy.rolling || (expires && modified) : policy.saveUninitialized || modified
}
