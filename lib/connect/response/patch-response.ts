import type { ServerResponse } from 'node:http'
import onHeaders = require('on-headers')
import { callAfterDestroy } from './calls-after-end'
import type { Gate } from './gate'
import type { Method, Native } from './deferred-call'
import { DeferredResponse } from './deferred-response'

/**
 * The only patch of a response: no byte is sent before the gate lets it pass. While the gate decides, the headers are settled, the response reports
 * that they are sent, and the app's calls wait in order. Then Node receives the same calls. If the gate decides synchronously, everything is left to
 * Node.
 */
export function patchResponse(res: ServerResponse, gate: Gate): void {
  new DeferredResponse(res, gate, patch)
}

/** A patch drops all calls once the response was patched again. */
function patch(res: ServerResponse, held: DeferredResponse): void {
  const methods = res as unknown as Record<Method, Native | undefined>
  const { patches } = held
  // In variables of their own: V8 allocates a function that is assigned to a property directly in old space, and all of the request that it
  // references stays there until the next full collection. That was half of the time of a request
  const writeHead: Native = (...args) => {
    if (held.patches !== patches) return res
    return args.length > 1 ? headWithHeaders(res, held, args) : head(res, held, args)
  }
  const flushHeaders: Native = () => void (held.patches === patches && held.submit('flushHeaders', []))
  const write: Native = (...args) => (held.patches === patches ? held.write(args) : (callAfterDestroy(args), false))
  const end: Native = (...args) => (held.patches === patches ? held.submit('end', args) : (callAfterDestroy(args), res))
  const flush: Native = (...args) => void (held.patches === patches && held.submit('flush', args))
  // Responses of socket libraries may have few of the methods, or none
  if (methods.writeHead) methods.writeHead = writeHead
  if (methods.flushHeaders) methods.flushHeaders = flushHeaders
  if (methods.write) methods.write = write
  if (methods.end) methods.end = end
  if (methods.flush) methods.flush = flush
}

/** A head without headers in its arguments. As with on-headers, a listener may still set another status. */
function head(res: ServerResponse, held: DeferredResponse, args: unknown[]): unknown {
  const { statusCode } = res
  if (statusCode !== args[0]) res.statusCode = args[0] as number
  held.headers()
  try {
    return held.writeHead(typeof args[0] === 'number' && res.statusCode !== args[0] ? [res.statusCode] : args)
  } catch (err) {
    // Node leaves a response unchanged if it refuses its status
    res.statusCode = statusCode
    throw err
  }
}

/** Sets the headers of the call on the response first, with on-headers. Node itself calls without headers. */
function headWithHeaders(res: ServerResponse, held: DeferredResponse, given: unknown[]): unknown {
  const [status, reason, headers] = given
  // Node takes the headers from the third argument if it is given, also without a reason. on-headers would take them from the second
  const args = typeof reason === 'string' || headers == null ? given : [status, headers]
  const head = { writeHead: (...args: unknown[]) => held.writeHead(args) }
  onHeaders(head as never, () => held.headers())
  return head.writeHead.apply(res, args)
}
