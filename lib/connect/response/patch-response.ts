import type { ServerResponse } from 'node:http'
import onHeaders = require('on-headers')
import type { Gate } from './gate'
import type { Method, Native } from './deferred-call'
import { DeferredResponse } from './deferred-response'

/**
 * The only patch of a response: no byte is sent before the gate lets it pass. While the gate decides, the headers are settled, the response reports
 * that they are sent, and the app's calls wait in order. Then Node receives the same calls. If the gate decides synchronously, everything is left to
 * Node.
 */
export function patchResponse(res: ServerResponse, gate: Gate): void {
  const held = new DeferredResponse(res, gate)
  const methods = res as unknown as Record<Method, Native | undefined>
  // In variables of their own: V8 allocates a function that is assigned to a property directly in old space, and all of the request that it
  // references stays there until the next full collection. That was half of the time of a request
  const writeHead: Native = (...args) => (args.length > 1 ? headWithHeaders(res, held, args) : held.head(args))
  const flushHeaders: Native = () => void held.submit('flushHeaders', [])
  const write: Native = (...args) => held.write(args)
  const end: Native = (...args) => held.submit('end', args)
  const flush: Native = (...args) => void held.submit('flush', args)
  // Responses of socket libraries may have few of the methods, or none
  if (methods.writeHead) methods.writeHead = writeHead
  if (methods.flushHeaders) methods.flushHeaders = flushHeaders
  if (methods.write) methods.write = write
  if (methods.end) methods.end = end
  if (methods.flush) methods.flush = flush
}

/** Sets the headers of the call on the response first, with on-headers. Node itself calls without headers. */
function headWithHeaders(res: ServerResponse, held: DeferredResponse, args: unknown[]): unknown {
  const head = { writeHead: (...args: unknown[]) => held.writeHead(args) }
  onHeaders(head as never, () => held.headers())
  return head.writeHead.apply(res, args)
}
