import type { Neighbour } from '../../neighbour'
import { ensureLogin } from './ensure-login'
import { flash } from './flash'
import { versions } from './versions'

/** Logins by passport, and what is used with it. */
export const passport: readonly Neighbour[] = [...versions, ...flash, ...ensureLogin]
