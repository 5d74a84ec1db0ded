import type { ConnectionFacts } from '../core/diagnostics/connection-facts'
import { forwardedProto } from '../primitives/http'
import type { Context } from './context'

/** Facts about the connection for a warning about an insecure request. */
export function connectionOf({ req, app }: Context): ConnectionFacts {
  return { forwardedProto: forwardedProto(req), trust: app.proxy ? undefined : 'app.proxy = true' }
}
