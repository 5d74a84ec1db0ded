import { commit } from '../../lib/core/request/commit'
import { Exchange } from '../../lib/core/request/exchange'
import type { Host, Session } from '../../lib/core/session/session'
import { installGenerate } from '../../lib/connect/install-generate'
import { open } from '../../lib/core/request/open'
import { settle, type Settings } from '../../lib/core/settings/settings'
import { clientFor } from '../../lib/core/store/store-clients'
import type { Transport } from '../../lib/core/settings/transport'
import { ID, type Act, type Floor, type Supplies, type Visit } from './rig'

const TRANSPORT: Transport = {
  path: () => '/',
  isSecure: () => false,
  connection: () => ({ forwardedProto: undefined, trust: undefined }),
  sentId: () => ID,
}

/** The core alone, called as the adapter for Connect calls it. */
export const core: Floor = {
  server(supplies) {
    const settings = settingsOf(supplies)
    installGenerate(settings, TRANSPORT)
    return {
      serve: act => request(settings, act, supplies),
      get held() {
        return settings.storeClient.activeSessions.size
      },
    }
  },
}

const settled = new WeakMap<object, Settings>()

/** Settles the options once: that takes more time than an order of steps. What belongs to the store is new for each server. */
function settingsOf({ options, store }: Supplies): Settings {
  const storeClient = clientFor(store)
  const known = settled.get(options) ?? settle(options as never, store, () => {})
  settled.set(options, known)
  return Object.assign(Object.create(known) as Settings, { store, storeClient, isReady: storeClient.readiness() })
}

function request(settings: Settings, act: Act, { steps, errors }: Supplies): void {
  const host: Host = {}
  const exchange = new Exchange(settings, TRANSPORT, host)
  const update: Visit['update'] = (change, done) => exchange.update(host.session as Session, change, done)
  let over = (): void => {}
  exchange.requestLifetime.watch((_, act) => ((over = act), true), undefined)
  open(exchange, err => {
    if (err) errors.push(err)
    act(Object.assign(host, { update }) as Visit, () =>
      commit(exchange, true, err => {
        if (err) errors.push(err)
        // The client has the whole response
        steps.push(over)
      }),
    )
  })
}
