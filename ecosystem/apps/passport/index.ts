import type { Integration } from '../../integration'
import { ensureLogin } from './ensure-login'
import { flash } from './flash'
import { versions } from './versions'

/** Logins by passport, and packages that extend it. */
export const passport: readonly Integration[] = [...versions, ...flash, ...ensureLogin]
