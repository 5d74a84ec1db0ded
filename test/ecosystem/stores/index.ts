import { files } from './files'
import { mariadb } from './mariadb'
import { memory } from './memory'
import { postgres } from './postgres'
import type { PublishedStore } from './published-store'
import { redis } from './redis'

/** Each under the version that is tested. */
export const stores: readonly PublishedStore[] = [...redis, ...postgres, ...mariadb, ...files, ...memory]
