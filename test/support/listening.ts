import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'

/** @returns the address of a server on a port of its own, until the process ends */
export async function listening(server: Server, protocol = 'http'): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`
}
