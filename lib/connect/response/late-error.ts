import type { IncomingMessage, ServerResponse } from 'node:http'
import { inThisContext } from '../../primitives/async-context'
import { onceEither } from './deferred-close'
import type { Next } from './gate'
import { setImmediate } from '../../primitives/set-immediate'

/**
 * Passes on an error that became known after the handler had responded, when the response has been sent or can no longer be sent. An error handler
 * that finds headers sent, such as finalhandler, destroys the request's socket, which may carry the client's next request. It therefore gets a socket
 * that it cannot close.
 */
export function passOnLate(res: ServerResponse, next: Next, err: unknown): void {
  whenOver(res, () => {
    keepConnection(res.req as IncomingMessage | undefined)
    next(err)
  })
}

function whenOver(res: ServerResponse, act: () => void): void {
  const { stream = res } = res as { stream?: { destroyed: boolean } }
  // Responses of socket libraries may emit no events
  if (typeof res.once !== 'function' || res.writableFinished || stream.destroyed) return void setImmediate(act)
  // HTTP/2 emits both in the async context of the connection
  onceEither(res, 'finish', inThisContext(act))
}

const CLOSING = new Set<string | symbol>(['destroy', 'destroySoon', 'end', 'resetAndDestroy'])

/**
 * Gives the request a socket that cannot be closed. On HTTP/2 only the request's own stream is destroyed, which has ended.
 *
 * @param later receives a call that would close it
 */
export function keepConnection(req: IncomingMessage | undefined, later: (close: () => void) => void = () => {}): void {
  if (!req || !Object.hasOwn(req, 'socket') || !req.socket) return
  const refuse = (target: object, name: string | symbol, args: unknown[]): unknown => {
    later(() => void (Reflect.get(target, name) as (...args: unknown[]) => unknown).apply(target, args))
    return socket
  }
  const socket: IncomingMessage['socket'] = new Proxy(req.socket, {
    get: (target, name) =>
      CLOSING.has(name) ? (...args: unknown[]) => refuse(target, name, args) : (Reflect.get(target, name, target) as unknown),
  })
  req.socket = socket
}
