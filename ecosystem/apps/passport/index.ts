import type { Neighbour } from '../../neighbour'
import { ensureLogin } from './ensure-login'
import { flash } from './flash'
import { versions } from './versions'

/** Logins by passport, and packages that extend it. */
export const passport: readonly Neighbour[] = [...versions, ...flash, ...ensureLogin]
