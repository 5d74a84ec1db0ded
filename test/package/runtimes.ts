import { join } from 'node:path'
import { installKept } from './kept'

/** The release lines of Node that the package supports. */
export const NODES = ['20', '22', '24', '26'] as const

/** Other runtimes that run the package. */
export const RUNTIMES = ['bun', 'deno'] as const

/** The npm registry has the binaries of runtimes as packages. */
const PACKAGES: Readonly<Record<string, string>> = {
  22: 'npm:node@22',
  24: 'npm:node@24',
  26: 'npm:node@26',
  bun: 'npm:bun@1.4.5',
  deno: 'npm:deno@2.9.6',
}

/**
 * Installs a runtime, unless an earlier run has done so.
 *
 * @param runtime a release line of Node, or one of `RUNTIMES`
 * @returns the program, and the arguments that precede a script
 */
export async function commandOf(runtime: string): Promise<[program: string, ...args: string[]]> {
  if (process.versions.node.startsWith(`${runtime}.`)) return [process.execPath]
  const specification = PACKAGES[runtime] ?? `npm:node@${runtime}`
  const folder = await installKept(`resession-runtime-${specification.slice('npm:'.length).replace('@', '-')}`, {
    [runtime]: specification,
  })
  const isNode = /^\d/.test(runtime)
  const program = join(folder, 'node_modules/.bin', isNode ? 'node' : runtime)
  return runtime === 'deno' ? [program, 'run', '--allow-all'] : [program]
}
