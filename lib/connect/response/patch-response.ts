import type { ServerResponse } from 'node:http'
import onHeaders = require('on-headers')
import type { Gate } from './gate'
import type { Method, Native } from './deferred-call'
import { DeferredResponse } from './deferred-response'

/**
 * The one patch of a response: no byte leaves before the gate lets it. While the gate thinks, the headers are settled, the response says that they
 * are sent, and the app's calls wait in a line; then Node is given those very calls and answers them as it always does. A gate that answers at once
 * leaves everything to Node.
 */
export function patchResponse(res: ServerResponse, gate: Gate): void {
  const held = new DeferredResponse(res, gate)
  const methods = res as unknown as Record<Method, Native | undefined>
  // Under names of their own: V8 puts a function that is assigned to a property as it is made into its old space, and with it, until the next full
  // collection, all of the request that it can reach. That was half the time of a visit
  const writeHead: Native = (...args) => (args.length > 1 ? headWithHeaders(res, held, args) : held.head(args))
  const flushHeaders: Native = () => held.flushHeaders()
  const write: Native = (...args) => held.write(args)
  const end: Native = (...args) => held.end(args)
  const flush: Native = (...args) => held.flush(args)
  // The response of a socket library may have few of them, or none
  if (methods.writeHead) methods.writeHead = writeHead
  if (methods.flushHeaders) methods.flushHeaders = flushHeaders
  if (methods.write) methods.write = write
  if (methods.end) methods.end = end
  if (methods.flush) methods.flush = flush
}

/** Headers that come with the call are made the response's before they are told of, which on-headers knows how to do. Mostly Node itself calls, with none. */
function headWithHeaders(res: ServerResponse, held: DeferredResponse, args: unknown[]): unknown {
  const head = { writeHead: (...args: unknown[]) => held.writeHead(args) }
  onHeaders(head as never, () => held.headers())
  return head.writeHead.apply(res, args)
}
