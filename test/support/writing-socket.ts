import type { Socket } from 'node:net'

/**
 * A socket as adapters for serverless platforms and tests give to a response: it only takes what is written.
 *
 * @param write receives the arguments of the socket's `write`
 */
export function writingSocket(write: (chunk: unknown, encoding: unknown, done?: unknown) => unknown): Socket {
  const nothing = (): void => {}
  const socket = {
    _writableState: {},
    writable: true,
    on: nothing,
    removeListener: nothing,
    destroy: nothing,
    cork: nothing,
    uncork: nothing,
    write,
  }
  return socket as unknown as Socket
}
