import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { SqliteDatabase } from '../../lib/sqlite'
import { UNOPTIMISED } from './unoptimised'

// npm run better-sqlite3: installs the driver for versions of Node without node:sqlite. It is not a dependency of the project: without a prebuilt
// binary it is compiled, which needs a compiler

const VERSION = '12.11.1'

const folder = join(__dirname, `../../node_modules/.cache/better-sqlite3-${VERSION}-${process.versions.modules}`)

/** The exported class. */
type Database = new (file: string, options?: { readonly?: boolean; timeout?: number }) => SqliteDatabase

/** @throws Error if it is not installed */
export function loadBetterSqlite(): Database {
  return createRequire(join(folder, 'package.json'))('better-sqlite3') as Database
}

function install(): void {
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { 'better-sqlite3': VERSION } }))
  const env = { ...process.env, ...UNOPTIMISED }
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit', env })
}

if (require.main === module && !process.getBuiltinModule('node:sqlite')) install()
