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

/** Whether the compiler is a native program; the others are a module of JavaScript. */
export function isNative(version: Compiler): boolean {
  return version >= '7.0'
}

/** The module of a compiler that is not native. */
export function libraryOf(version: Compiler): string {
  return join(folderOf(version), 'lib/typescript.js')
}

/** The script that Node runs. */
export function compilerAt(version: Compiler): string {
  return join(folderOf(version), 'bin/tsc')
}

function folderOf(version: Compiler): string {
  return join(tmpdir(), NAME, 'node_modules', `typescript-${version}`)
}
