import { contract } from './contract'
import { outage } from './outage'
import { rollingSwap } from './rolling-swap'
import type { Scenario } from './scenario'
import { expiry, login, logout, parallel, touch } from './visits'

/** In the order of the table's columns. */
export const scenarios = {
  login,
  logout,
  expiry,
  touch,
  parallel,
  contract,
  outage,
  'rolling swap': rollingSwap,
} as const satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof scenarios
