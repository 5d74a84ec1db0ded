import type { ConnectionFacts } from '../core/diagnostics/connection-facts'
import type { Context } from './context'

/** Facts about the connection for a warning about an insecure request. */
export function connectionOf({ req, app }: Context): ConnectionFacts {
  const header: unknown = req.headers['x-forwarded-proto']
  return { forwardedProto: typeof header === 'string' ? header : undefined, trust: app.proxy ? undefined : 'app.proxy = true' }
}
