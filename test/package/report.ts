import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixture } from './fixture'
import { installAs, type Name } from './installation'
import { run } from './run'
import { commandOf } from './runtimes'

/**
 * Runs a script of `consumers/` in a project that has the package under a name. It prints one line of JSON.
 *
 * @param runtime a release line of Node, or one of `RUNTIMES`
 */
export async function report<T>(script: string, name: Name, runtime: string): Promise<T> {
  const folder = await installAs(name)
  writeFileSync(join(folder, script), fixture(script, name))
  copyFileSync(join(__dirname, 'consumers/two-visits.cjs'), join(folder, 'two-visits.cjs'))
  const [program, ...args] = await commandOf(runtime)
  return JSON.parse(await run(program, [...args, script], folder)) as T
}
