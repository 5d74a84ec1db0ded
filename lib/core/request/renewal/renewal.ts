import type { Callback } from '../../../primitives/callbacks'
import { debug } from '../../diagnostics/debug'
import type { AnyCookie } from '../../record/cookie'
import { viewOf } from '../../record/session-view'
import { liveCookie } from '../../record/session-data'
import type { Session } from '../../session/session'
import type { ExchangeState } from '../exchange-state'
import { rotate } from '../rotation'

/** Whether the ID of a session is renewed at the end of this request, because of its age. */
export function isRenewalDue(exchange: ExchangeState): boolean {
  const { lifetime, sentId, hasRenewed } = exchange
  return !hasRenewed && sentId !== undefined && lifetime?.isAged(sentId) === true && isStored(exchange, sentId) && canSend(exchange)
}

/** Whether the request ends with the session of the client, and may store it. */
function isStored({ host, failed, anonymous, unread, isReadOnly }: ExchangeState, id: string): boolean {
  if (failed || anonymous || unread || isReadOnly) return false
  const { session, sessionID } = host
  // The handler may have put anything in its place
  return sessionID === id && session?.id === id && typeof session.touch === 'function'
}

/** Whether the client can learn of a new ID. A Secure cookie is not sent over plain HTTP. */
function canSend({ sendsCookie, transport, host }: ExchangeState): boolean {
  const cookie = host.session?.cookie as AnyCookie | undefined
  return sendsCookie && transport.canSend?.(host) !== false && (!cookie?.secure || transport.isSecure(host))
}

/**
 * Gives the session a new ID and stores it. If that fails, the request ends with the ID that it has.
 *
 * @param done without an error
 */
export function renew(exchange: ExchangeState, done: () => void): void {
  const { host } = exchange
  const session = host.session as Session
  const renewed: Callback = err => {
    if (err) {
      debug('renewal failed: %s', err)
      // The ID that was generated is not used
      exchange.failed = false
    } else if (host.session && host.session !== session) viewOf(host.session)?.succeed(session)
    done()
  }
  exchange.hasRenewed = true
  try {
    if (!exchange.touched) liveCookie(session).touch()
    exchange.touched = true
    rotate(exchange, session, true, renewed, 'age')
  } catch (err) {
    renewed(err)
  }
}
