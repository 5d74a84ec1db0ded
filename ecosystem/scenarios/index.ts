import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario, World } from '../integration'
import { site } from '../site'
import type { PublishedStore } from '../stores/published-store'
import { Visitor } from '../visitor'
import { contract } from './contract'
import { outage } from './outage'
import { rollingSwap } from './rolling-swap'
import type { StoreScenario, StoreWorld } from './scenario'
import { limits, NOT_OFFERED } from './limits'
import { expiry, login, logout, parallel, touch } from './visits'

/** In the order of the table's columns. */
const SCENARIOS: Record<string, StoreScenario> = {
  login,
  logout,
  expiry,
  touch,
  limits,
  parallel,
  contract,
  outage,
  'rolling swap': rollingSwap,
}

export const STORE_SCENARIOS = Object.keys(SCENARIOS)

/** Omits scenarios that do not apply to the kind of store. */
export function scenariosOf(published: PublishedStore): Record<string, Scenario> {
  const { engine, inProcess } = published
  let opened: Promise<StoreWorld> | undefined
  const played = Object.entries(SCENARIOS).filter(([name]) => (name !== 'outage' || engine) && (name !== 'rolling swap' || !inProcess))
  return Object.fromEntries(
    played.map(([name, scenario]): [string, Scenario] => [name, async world => scenario(await (opened ??= open(published, world)))]),
  )
}

/** One store for all scenarios. */
async function open(published: PublishedStore, { here, there, engine }: World): Promise<StoreWorld> {
  const store = await published.make(here)
  let others = 0
  return {
    published,
    store,
    empty: async () => {
      const folder = join(here.folder, `${++others}`)
      mkdirSync(folder)
      return published.make({ ...here, folder, name: `${here.name}_${others}` })
    },
    engine,
    visitor: async (maxAge = 600_000) => new Visitor(await site(here.session, store, { cookie: { maxAge } })),
    limited: async limits => {
      if (!('recommended' in here.session)) throw new Error(NOT_OFFERED)
      return new Visitor(await site(here.session, store, limits))
    },
    otherSite: async () => {
      const room = there()
      return site(room.session, await published.make(room), { cookie: { maxAge: 600_000 } })
    },
  }
}
