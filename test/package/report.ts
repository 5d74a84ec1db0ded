import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixture } from './fixture'
import { installAs, type Name } from './installation'
import { run } from './run'

/** The lines of Node that the package is for. */
export const NODES = ['20', '22', '24', '26'] as const

/** Runs a script of `consumers/` in a project that has the package under a name. It prints one line of JSON. */
export async function report<T>(script: string, name: Name, node: string): Promise<T> {
  const folder = await installAs(name)
  writeFileSync(join(folder, script), fixture(script, name))
  copyFileSync(join(__dirname, 'consumers/two-visits.cjs'), join(folder, 'two-visits.cjs'))
  const [command = '', ...args] = commandOf(node)
  return JSON.parse(await run(command, [...args, script], folder)) as T
}

/** Another line of Node than that of this run comes from the npm registry, which keeps its binaries as packages; npx keeps it for the next time. */
function commandOf(node: string): string[] {
  return process.versions.node.startsWith(`${node}.`) ? [process.execPath] : ['npx', '--yes', `node@${node}`]
}
