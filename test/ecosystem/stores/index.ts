import type { Neighbour } from '../neighbour'
import { files } from './files'
import { mariadb } from './mariadb'
import { memory } from './memory'
import { postgres } from './postgres'
import { redis } from './redis'

/** The published stores, each under the version that is tested. */
export const neighbours: readonly Neighbour[] = [...redis, ...postgres, ...mariadb, ...files, ...memory]
