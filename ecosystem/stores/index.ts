import { files } from './files'
import { mariadb } from './mariadb'
import { memcached } from './memcached'
import { memory } from './memory'
import { orm } from './orm'
import { postgres } from './postgres'
import type { PublishedStore } from './published-store'
import { redis } from './redis'
import { sqlite } from './sqlite'
import { stubbed } from './stubbed'

/** Each with the tested version. */
export const stores: readonly PublishedStore[] = [
  ...redis,
  ...postgres,
  ...orm,
  ...mariadb,
  ...memcached,
  ...sqlite,
  ...files,
  ...memory,
  ...stubbed,
]
