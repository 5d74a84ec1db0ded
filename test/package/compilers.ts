import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installKept } from './kept'

/** The versions of TypeScript: the oldest that reads our types, and those that changed the resolution of modules. */
const VERSIONS = { '5.0': '5.0.4', '5.4': '5.4.5', '5.9': '5.9.3', '6.0': '6.0.3', '7.0': '7.0.2' } as const

export type Compiler = keyof typeof VERSIONS

export const COMPILERS = Object.keys(VERSIONS) as Compiler[]

const NAME = `resession-typescript-${Object.values(VERSIONS).join('-')}`

/** Installs the compilers, unless an earlier run has done so. */
export async function installCompilers(): Promise<void> {
  await installKept(NAME, Object.fromEntries(COMPILERS.map(version => [`typescript-${version}`, `npm:typescript@${VERSIONS[version]}`])))
}

/** The script that Node runs. */
export function compilerAt(version: Compiler): string {
  return join(tmpdir(), NAME, 'node_modules', `typescript-${version}`, 'bin/tsc')
}
