import type { Integration } from '../../integration'
import { bodies } from './bodies'
import { contexts } from './contexts'
import { cookies } from './cookies'
import { errors } from './errors'
import { files } from './files'
import { headers } from './headers'
import { limits } from './limits'
import { listeners } from './listeners'
import { packing } from './packing'
import { proxies } from './proxies'
import { rewriting } from './rewriting'
import { tracing } from './tracing'

/** Middlewares next to the session, on Express 5. */
export const middlewares: readonly Integration[] = [
  ...cookies,
  ...packing,
  ...headers,
  ...listeners,
  ...bodies,
  ...files,
  ...errors,
  ...limits,
  ...proxies,
  ...rewriting,
  ...contexts,
  ...tracing,
]
