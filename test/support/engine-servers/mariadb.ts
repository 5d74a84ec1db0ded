import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Engine } from './engine'
import { freePort } from '../free-port'
import { ServerProcess } from './server-process'
import { serverUser } from './server-user'

/** A server with a database `test`, whose root needs no password. */
export async function mariadb(): Promise<Engine> {
  const { as, folder } = serverUser('mysql')
  const data = join(folder, 'data')
  const init = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db']
  execFileSync('mariadb-install-db', init, { stdio: 'pipe', cwd: folder, ...as })
  const port = await freePort()
  const socket = join(folder, 'mysql.sock')
  // At a commit the system gets the data, and the disk within a second: it is stopped, and the machine is not
  const durability = '--innodb-flush-log-at-trx-commit=2'
  const args = ['--no-defaults', `--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${socket}`, durability]
  const server = new ServerProcess(port, { program: 'mariadbd', args, signal: 'SIGKILL', ...as })
  await server.start()
  execFileSync('mariadb', ['-S', socket, '-u', 'root', '-e', 'create database test'])
  return server
}
