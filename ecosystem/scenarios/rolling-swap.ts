import { equal } from 'node:assert/strict'
import type { StoreScenario } from './scenario'

/** One client, whose every other request meets the other package, as during a rolling deployment: no data is lost. */
export const rollingSwap: StoreScenario = async ({ visitor, otherSite }) => {
  const ada = await visitor()
  const sites = [ada.site, await otherSite()]
  for (let visit = 1; visit <= 1000; visit++) {
    ada.site = sites[visit % 2] as string
    equal(await ada.get('count'), String(visit))
  }
}
