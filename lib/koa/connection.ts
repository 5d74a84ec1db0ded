import type { ConnectionFacts } from '../core/diagnostics/connection-facts'
import type { Context } from './context'

/** For a warning, if a request is not secure. */
export function connectionOf({ req, app }: Context): ConnectionFacts {
  const header: unknown = req.headers['x-forwarded-proto']
  return { forwardedProto: typeof header === 'string' ? header : undefined, trust: app.proxy ? undefined : 'app.proxy = true' }
}
