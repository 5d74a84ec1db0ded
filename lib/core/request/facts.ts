import type { Exchange } from './exchange'
import { needsRewrite } from '../lifetime/limits'
import { hasOtherUser } from '../users/user-of'
import { turnTo } from './rebase'
import type { Session } from '../session/session'
import { ABSENT, type Facts, type Seen } from './plan'

/** @throws TypeError if the session is not an object, or cannot be serialized */
export function collectFacts(exchange: Exchange): Seen {
  const session = exchange.session()
  return { session, facts: session ? factsOf(exchange, session) : { ...ABSENT, ...absence(exchange) } }
}

function absence(
  exchange: Exchange,
): Pick<Facts, 'anonymous' | 'unread' | 'ignored' | 'lastPlan' | 'sent' | 'returning' | 'saved' | 'destroyed' | 'ended'> {
  const { sentId, unread, lastPlan, destroyed, changes, settings, host } = exchange
  return {
    // A cookie that is cleared would be that of the new ID
    anonymous: exchange.isSnapshot,
    unread,
    ignored: host.session !== undefined && host.session !== null,
    lastPlan,
    sent: sentId !== undefined,
    returning: sentId !== undefined && sentId === host.sessionID,
    saved: changes.hasSaved,
    destroyed,
    ended: settings.cookieStore?.payloadOf(sentId) === null,
  }
}

function factsOf(exchange: Exchange, session: Session): Facts {
  turnTo(exchange, session)
  const { sentId, unread, lastPlan, anonymous, isReadOnly, replaced, lifetime, changes, settings, host } = exchange
  const { modified, saved, changed, cookieChanged, cookieReplaced, pastHalfLife } = changes.facts(session)
  // Property by property: a spread allocates more than the rest of the request
  return {
    present: true,
    unread,
    returning: sentId === host.sessionID,
    modified,
    saved,
    changed,
    cookieChanged,
    lastPlan,
    expires: session.cookie.expires != null,
    anonymous: anonymous || isReadOnly,
    // A save moves the expiry too
    touchedRecently: !changed && changes.isRested(session, settings.touches, settings.keepsIdle ? settings.lifetime?.idle : undefined),
    passive: lifetime?.isActive === false,
    rewritten: needsRewrite(exchange, session) || hasOtherUser(exchange, session),
    cookieReplaced,
    // A payload in the cookie is sent again by storing it again
    pastHalfLife: pastHalfLife || (exchange.outdated && settings.cookieStore !== undefined),
    outdated: exchange.outdated,
    sent: sentId !== undefined,
    destroyed: replaced,
  }
}
