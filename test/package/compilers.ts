import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installInto } from './installation'

/** The versions of TypeScript: the oldest that reads our types, and those that changed the resolution of modules. */
const VERSIONS = { '5.0': '5.0.4', '5.4': '5.4.5', '5.9': '5.9.3', '6.0': '6.0.3', '7.0': '7.0.2' } as const

export type Compiler = keyof typeof VERSIONS

export const COMPILERS = Object.keys(VERSIONS) as Compiler[]

/** Kept between runs, by version: they are large, and never change. */
const cache = join(tmpdir(), `resession-compilers-${Object.values(VERSIONS).join('-')}`)

/** Installs the compilers, unless an earlier run has done so. */
export async function installCompilers(): Promise<void> {
  // The last file that npm writes
  if (existsSync(join(cache, 'node_modules/.package-lock.json'))) return
  mkdirSync(cache, { recursive: true })
  const dependencies = Object.fromEntries(COMPILERS.map(version => [`typescript-${version}`, `npm:typescript@${VERSIONS[version]}`]))
  await installInto(cache, { dependencies })
}

/** The script that Node runs. */
export function compilerAt(version: Compiler): string {
  return join(cache, 'node_modules', `typescript-${version}`, 'bin/tsc')
}
