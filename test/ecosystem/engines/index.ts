import type { Engine } from './engine'
import { mariadb } from './mariadb'
import { postgres } from './postgres'
import { redis } from './redis'

/** Each starts a server of the run's own. @throws where it cannot be had on this machine */
export const engines = { redis, postgres, mariadb } as const satisfies Record<string, () => Promise<Engine>>
