import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../build'
import type { DurableStore } from '../measured/durable-store'
import type { Subject } from '../measured/subjects'

const PACKAGES = {
  'express-session': '1.19.0',
  memorystore: '1.6.8',
  'session-file-store': '1.5.0',
}

/** Compiled if no prebuilt binary is available, which takes minutes and needs the headers of this version of Node. */
const COMPILED_PACKAGES = {
  'better-sqlite3': '12.11.1',
  'better-sqlite3-session-store': '0.1.0',
  'connect-sqlite3': '0.9.18',
  sqlite3: '5.1.7',
}

/** Whether this version of Node has node:sqlite. There the compiled packages are left out: `SqliteStore` is compared with them on the same driver alone. */
export const HAS_SQLITE = process.getBuiltinModule('node:sqlite') !== undefined

/** Installed by the run, and not with the project. */
const INSTALLED: Readonly<Record<string, string>> = HAS_SQLITE ? PACKAGES : { ...PACKAGES, ...COMPILED_PACKAGES }

/** Compiled packages work with one version of Node alone. */
const FOLDER = join(ROOT, `node_modules/.cache/resession-durable-${process.versions.modules}`)

/** @returns the folder that has the packages */
export function installPackages(): string {
  mkdirSync(FOLDER, { recursive: true })
  const manifest = JSON.stringify({ private: true, dependencies: INSTALLED })
  const file = join(FOLDER, 'package.json')
  if (existsSync(file) && readFileSync(file, 'utf8') === manifest) return FOLDER
  writeFileSync(file, manifest)
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', '--loglevel=error'], {
    cwd: FOLDER,
    stdio: ['ignore', 2, 2],
  })
  return FOLDER
}

/** The version of a published store; undefined for the stores of this project. */
export function versionOfStore(kind: string): string {
  const version = INSTALLED[kind]
  return version ? `${kind} ${version}` : kind
}

const ALL_KINDS: readonly DurableStore['kind'][] = [
  'MemoryStore',
  'SqliteStore',
  'better-sqlite3-session-store',
  'connect-sqlite3',
  'session-file-store',
  'memorystore',
]

/** The stores that are measured on this version of Node. */
export const KINDS = ALL_KINDS.filter(kind => !HAS_SQLITE || !(kind in COMPILED_PACKAGES))

/** Stores that lose everything when the process ends. */
export const VOLATILE: readonly string[] = ['MemoryStore', 'memorystore']

/** Stores whose requests take milliseconds. */
const SLOW: readonly string[] = ['connect-sqlite3', 'session-file-store']

/** A store with an empty folder of its own. @param within where the folder is made */
export function newStore(kind: DurableStore['kind'], packages: string, within: string): DurableStore {
  const sqlite = createRequire(join(ROOT, 'package.json')).resolve('resession/sqlite')
  return { kind, sqlite, packages, folder: mkdtempSync(join(within, `${kind}-`)) }
}

/** resession on each of the stores, and the floor. */
export function newSubjects(packages: string, within: string, kinds: readonly DurableStore['kind'][]): Subject[] {
  const onStores = kinds.map(kind => ({
    name: kind,
    kind: 'connect' as const,
    module: 'resession',
    floor: 'none',
    durable: newStore(kind, packages, within),
    ...(SLOW.includes(kind) && { fewer: 10 }),
  }))
  return [{ name: 'none', kind: 'bare' }, ...onStores]
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'resession-durable-'))
}
