import { Exchange } from '../core/request/exchange'
import { EXCHANGE, type Host } from '../core/session/session'
import { installMethodsById } from '../core/session/store-methods'
import type { Settings } from '../core/settings/settings'
import type { Transport } from '../core/settings/transport'

/**
 * Gives a store its `generate`, as express-session does, for the store's `regenerate` and for apps that call it. If several middlewares share a
 * store, the one that handles the request generates; for a request without any, the last one that was created. With `hashIds`, it
 * also gives the store methods that take IDs.
 */
export function installGenerate(settings: Settings, transport: Transport): void {
  settings.store.generate = host => {
    const exchange = (host as Host)[EXCHANGE]
    if (exchange?.settings.store === settings.store) return exchange.generate()
    return new Exchange(settings, transport, host as Host).generate()
  }
  if (settings.storeClient.keys.mode) installMethodsById(settings.store)
}
