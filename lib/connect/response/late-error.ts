import type { IncomingMessage, ServerResponse } from 'node:http'
import { inThisContext } from '../../primitives/async-context'
import type { Next } from './gate'
import { setImmediate } from '../../primitives/set-immediate'

/**
 * Passes on an error that became known after the handler had responded: when all is out, or nothing more can be. An error handler that finds headers
 * sent, as finalhandler, destroys the socket of the request, which may have the next request of the client by then; it finds one that it cannot close.
 */
export function passOnLate(res: ServerResponse, next: Next, err: unknown): void {
  whenOver(res, () => {
    keepConnection(res.req as IncomingMessage | undefined)
    next(err)
  })
}

function whenOver(res: ServerResponse, act: () => void): void {
  const { stream = res } = res as { stream?: { destroyed: boolean } }
  // The responses of socket libraries may emit nothing
  if (typeof res.once !== 'function' || res.writableFinished || stream.destroyed) return void setImmediate(act)
  let acted = false
  // HTTP/2 emits both in the context of the connection
  const once = inThisContext((): void => {
    if (!acted) setImmediate(act)
    acted = true
  })
  res.once('finish', once).once('close', once)
}

const CLOSING = new Set<string | symbol>(['destroy', 'destroySoon', 'end', 'resetAndDestroy'])

/** HTTP/2 destroys but the stream of the request, which is over. */
function keepConnection(req: IncomingMessage | undefined): void {
  if (!req || !Object.hasOwn(req, 'socket') || !req.socket) return
  const socket: IncomingMessage['socket'] = new Proxy(req.socket, {
    get: (target, name) => (CLOSING.has(name) ? () => socket : (Reflect.get(target, name, target) as unknown)),
  })
  req.socket = socket
}
