import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ROOT } from '../build'

/** Installed by the run, and not with the project: only this comparison uses them. */
export const PACKAGES = {
  'async-mutex': '0.5.0',
  cockatiel: '3.2.1',
  'fastest-levenshtein': '1.0.16',
  'lru-cache': '11.5.3',
  opossum: '9.0.0',
  'sorted-btree': '1.8.1',
} as const

const FOLDER = join(ROOT, 'node_modules/.cache/resession-structures')

/** @returns a `require` that finds the packages */
export function installPackages(): NodeJS.Require {
  mkdirSync(FOLDER, { recursive: true })
  const manifest = JSON.stringify({ private: true, dependencies: PACKAGES })
  const file = join(FOLDER, 'package.json')
  if (!existsSync(file) || readFileSync(file, 'utf8') !== manifest) {
    writeFileSync(file, manifest)
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: FOLDER, stdio: ['ignore', 2, 2] })
  }
  return createRequire(file)
}
