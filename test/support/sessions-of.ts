import koaSession = require('../../lib/koa')
import type { SessionsOfUsers } from '../../lib/core/users/sessions'
import { QUIET } from './connect-host'
import type { Host } from './host'
import { session, type SessionOptions } from './subject'

/** The methods of a middleware of the same options, as another one of the store has them. */
export function sessionsOn({ framework }: Host, options: Partial<SessionOptions>): SessionsOfUsers {
  if (framework === 'Koa') return koaSession(options as never)
  return session({ ...QUIET, ...options }) as never
}
