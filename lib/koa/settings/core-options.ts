import type { Listeners } from '../../core/diagnostics/session-events'
import type { CookieOptions } from '../../core/record/cookie'
import type { Options } from '../../core/settings/options'
import type { KoaHost } from '../session/carried-session'
import { refuseUsersInCookie } from '../../core/settings/request-options'
import { genidOf } from './genid'
import type { KoaOptions } from './koa-options'

/**
 * The options of the core that correspond to the Koa options. Without the name, because `ctx.cookies` accepts names that express-session does not.
 */
export function coreOptions(options: KoaOptions, cookie: CookieOptions): Partial<Options<KoaHost>> {
  const { concurrency, resign, storeTimeout, touchAfter, awaitTouch, cacheControl, rolling = false, saveUninitialized = false } = options
  const { skip, readOnly, activity, idleTimeout, absoluteTimeout, renewAfter, grace, hashIds, store, on } = options
  const { userId, maxSessionsPerUser, describe, validate } = options
  if (store === 'cookie') refuseUsersInCookie(options as Partial<Options<never>>)
  return {
    ...{ concurrency, resign, storeTimeout, touchAfter, awaitTouch, cacheControl, rolling, saveUninitialized, cookie },
    hashIds: store === 'cookie' ? undefined : hashIds,
    ...{ idleTimeout, absoluteTimeout, renewAfter, grace },
    on: on as Listeners,
    resave: false,
    unset: 'destroy',
    genid: genidOf(options),
    skip: skip && (({ ctx }) => skip(ctx)),
    readOnly: readOnly && (({ ctx }) => readOnly(ctx)),
    activity: activity && (({ ctx }) => activity(ctx)),
    ...{ userId, maxSessionsPerUser },
    describe: describe && (({ ctx }) => describe(ctx)),
    validate: validate && ((session, { ctx }) => validate(session, ctx)),
  }
}
