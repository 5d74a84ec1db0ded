import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixture } from './fixture'
import { installAs, type Name } from './installation'
import { run } from './run'

/** The release lines of Node that the package supports. */
export const NODES = ['20', '22', '24', '26'] as const

/** Other runtimes that run the package. */
export const RUNTIMES = ['bun', 'deno'] as const

const VERSIONS: Readonly<Record<string, readonly string[]>> = { bun: ['bun@1.4.5'], deno: ['deno@2.9.6', 'run', '--allow-all'] }

/**
 * Runs a script of `consumers/` in a project that has the package under a name. It prints one line of JSON.
 *
 * @param runtime a release line of Node, or one of `RUNTIMES`
 */
export async function report<T>(script: string, name: Name, runtime: string): Promise<T> {
  const folder = await installAs(name)
  writeFileSync(join(folder, script), fixture(script, name))
  copyFileSync(join(__dirname, 'consumers/two-visits.cjs'), join(folder, 'two-visits.cjs'))
  const [command = '', ...args] = commandOf(runtime)
  return JSON.parse(await run(command, [...args, script], folder)) as T
}

/** Other runtimes come from the npm registry, which has their binaries as packages. npx caches them. */
function commandOf(runtime: string): string[] {
  return process.versions.node.startsWith(`${runtime}.`)
    ? [process.execPath]
    : ['npx', '--yes', ...(VERSIONS[runtime] ?? [`node@${runtime}`])]
}
