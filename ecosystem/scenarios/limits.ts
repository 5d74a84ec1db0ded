import { equal } from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { StoreScenario } from './scenario'

/** Why express-session fails. The tables have a dash for it. */
export const NOT_OFFERED = 'express-session has no such options'

/** `idleTimeout` keeps a client that reads and ends the session of one that does not; `absoluteTimeout` ends it in any case. */
export const limits: StoreScenario = async ({ limited, published: { shortest = 1000 } }) => {
  const idleTimeout = shortest * 3
  const idle = async (): Promise<void> => {
    const ada = await limited({ idleTimeout })
    await ada.get('count')
    await pause(shortest * 4.5)
    equal(await ada.get('look'), '0', 'an idle session is still there')
  }
  const active = async (): Promise<void> => {
    const bob = await limited({ idleTimeout })
    await bob.get('count')
    for (let look = 0; look < 4; look++) {
      await pause(shortest * 1.2)
      equal(await bob.get('look'), '1', 'a client that is active was logged out')
    }
  }
  const limitedInAll = async (): Promise<void> => {
    const eve = await limited({ idleTimeout, absoluteTimeout: idleTimeout })
    await eve.get('count')
    for (const there of ['1', '1', '0']) {
      await pause(shortest * (there === '1' ? 0.9 : 2.2))
      equal(await eve.get('look'), there, 'absoluteTimeout is not kept')
    }
  }
  await Promise.all([idle(), active(), limitedInAll()])
}
