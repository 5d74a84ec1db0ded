import { Exchange } from '../core/request/exchange'
import { EXCHANGE, type Host } from '../core/session/session'
import type { Settings } from '../core/settings/settings'
import type { Transport } from '../core/settings/transport'

/**
 * Gives a store its `generate`, as upstream does, for the store's `regenerate` and for apps that call it. With several middlewares on one store
 * the host's own one answers; for a host that met none, the one that came last.
 */
export function installGenerate<H extends Host>(settings: Settings<H>, transport: Transport<H>): void {
  settings.store.generate = host => {
    const exchange = (host as Host)[EXCHANGE]
    if (exchange?.store === settings.store) return exchange.generate()
    return new Exchange(settings, transport, host as H).generate()
  }
}
