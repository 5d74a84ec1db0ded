import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installInto } from './installation'

/** The TypeScripts that an app may have: the oldest that reads our types, and those that changed how modules are found. */
const VERSIONS = { '5.0': '5.0.4', '5.4': '5.4.5', '5.9': '5.9.3', '6.0': '6.0.3', '7.0': '7.0.2' } as const

export type Compiler = keyof typeof VERSIONS

export const COMPILERS = Object.keys(VERSIONS) as Compiler[]

/** Kept from run to run, under their versions: they are large, and never change. */
const cache = join(tmpdir(), `resession-compilers-${Object.values(VERSIONS).join('-')}`)

/** Installs the compilers, where an earlier run has not. */
export async function installCompilers(): Promise<void> {
  // The last thing that npm writes
  if (existsSync(join(cache, 'node_modules/.package-lock.json'))) return
  mkdirSync(cache, { recursive: true })
  const dependencies = Object.fromEntries(COMPILERS.map(version => [`typescript-${version}`, `npm:typescript@${VERSIONS[version]}`]))
  await installInto(cache, { dependencies })
}

/** The script that Node runs. */
export function compilerAt(version: Compiler): string {
  return join(cache, 'node_modules', `typescript-${version}`, 'bin/tsc')
}
