import { EXCHANGE, type Change, type Host, type HostExchange } from './session'
import type { SessionInfo } from './session-info'
import { HOST, update } from './update'

/** A request, or a Koa context. */
export type Carrier = Host | { readonly [HOST]: { readonly exchange: HostExchange; update(change: Change): Promise<void> } }

/** The exchange of a request, or of a Koa context. */
export function exchangeOf(carrier: Carrier): HostExchange | undefined {
  return HOST in carrier ? carrier[HOST].exchange : carrier[EXCHANGE]
}

/** What the library knows of the session. Not a property of the session, whose names belong to the app. */
export function info(carrier: Carrier): SessionInfo | undefined {
  return exchangeOf(carrier)?.info()
}

/** Restarts both limits, and saves the session. */
export async function authenticated(carrier: Carrier): Promise<void> {
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
