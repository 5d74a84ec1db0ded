import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import session = require('../../lib')
import { SqliteStore } from '../../lib/sqlite'

/** The storage of the demo's sessions. */
export interface Sessions {
  readonly store: SqliteStore | InstanceType<typeof session.MemoryStore>
  /** The secret that signs their cookies. */
  readonly secret: string
  readonly surviveRestart: boolean
}

/** In a file of the folder, with the secret next to it, so that a restart logs no user out; in memory if this version of Node has no node:sqlite. */
export function sessionsIn(folder: string | undefined): Sessions {
  if (folder === undefined || !process.getBuiltinModule('node:sqlite')) {
    return { store: new session.MemoryStore({ max: 10_000 }), secret: newSecret(), surviveRestart: false }
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'secret')
  if (!existsSync(file)) writeFileSync(file, newSecret(), { mode: 0o600 })
  return { store: new SqliteStore({ file: join(folder, 'sessions.db') }), secret: readFileSync(file, 'utf8'), surviveRestart: true }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}
