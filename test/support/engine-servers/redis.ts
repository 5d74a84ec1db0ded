import { newFolder } from '../../package/installation'
import { freePort } from '../free-port'
import { ServerProcess } from './server-process'

/** It keeps its data in a file, so that sessions survive a stop, as on a real server. It writes before it responds: a stopped process loses nothing without fsync. */
export async function redis(): Promise<ServerProcess> {
  const port = await freePort()
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    newFolder('redis-'),
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'no',
  ]
  const server = new ServerProcess(port, { program: 'redis-server', args, signal: 'SIGKILL' })
  await server.start()
  return server
}
