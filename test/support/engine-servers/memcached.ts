import type { Engine } from './engine'
import { freePort } from '../free-port'
import { ServerProcess } from './server-process'
import { serverUser } from './server-user'

/** It loses its data when it stops. */
export async function memcached(): Promise<Engine> {
  const port = await freePort()
  const { as } = serverUser('nobody')
  const server = new ServerProcess(port, { program: 'memcached', args: ['-l', '127.0.0.1', '-p', String(port)], signal: 'SIGKILL', ...as })
  await server.start()
  return server
}
