import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Engine } from './engine'
import { freePort } from '../free-port'
import { ServerProcess } from './server-process'
import { serverUser } from './server-user'

/** A cluster whose user `postgres` needs no password. */
export async function postgres(): Promise<Engine> {
  const { as, folder } = serverUser('postgres')
  const data = join(folder, 'data')
  execFileSync(program('initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync'], { stdio: 'pipe', cwd: folder, ...as })
  const port = await freePort()
  // It is stopped, and the machine is not: data that the system has, it has after a restart
  const args = ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off']
  // The "immediate shutdown" of its manual, section 19.5
  const server = new ServerProcess(port, { program: program('postgres'), args, signal: 'SIGQUIT', ...as })
  // It accepts connections before it responds on them
  const start = async (): Promise<void> => {
    await server.start()
    while (server.isRunning && spawnSync(program('pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).status !== 0) await pause(50)
  }
  await start()
  return { port, start, stop: async () => server.stop() }
}

/** Debian does not install the server's programs on the PATH. */
function program(name: string): string {
  const folder = '/usr/lib/postgresql'
  const newest = existsSync(folder) ? readdirSync(folder).sort((a, b) => Number(b) - Number(a))[0] : undefined
  return newest ? join(folder, newest, 'bin', name) : name
}
