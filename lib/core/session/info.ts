import { EXCHANGE, type Change, type Host, type HostExchange } from './session'
import type { SessionInfo } from './session-info'
import { checkCarrier, HOST, update, withoutSession } from './update'

/** A request, or a Koa context. */
export type Carrier = Host | { readonly [HOST]: { readonly exchange: HostExchange; update(change: Change): Promise<void> } }

/** The exchange of a request, or of a Koa context, that has a session. */
export function exchangeOf(carrier: Carrier): HostExchange | undefined {
  if (!(HOST in carrier)) return carrier[EXCHANGE]
  const { exchange } = carrier[HOST]
  return exchange.entered ? exchange : undefined
}

/**
 * What the library knows of the session. Not a property of the session, whose names belong to the app.
 *
 * @throws TypeError unless it is a request or a context
 */
export function info(carrier: Carrier): SessionInfo | undefined {
  checkCarrier('info', carrier)
  return exchangeOf(carrier)?.info()
}

/** Restarts both limits, and saves the session. */
export async function authenticated(carrier: Carrier): Promise<void> {
  checkCarrier('authenticated', carrier)
  if (!(HOST in carrier || carrier[EXCHANGE])) throw withoutSession('authenticated')
  let takeBack: (() => void) | undefined
  try {
    await update(carrier, () => {
      // Called again if another request has saved the session meanwhile
      const undo = exchangeOf(carrier)?.authenticate()
      takeBack ??= undo
    })
  } catch (err) {
    takeBack?.()
    throw err
  }
}
