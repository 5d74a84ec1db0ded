import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Subject } from './measured/subjects'

export const ROOT = join(__dirname, '..')

/** The folder of the compiled measured code: plain JavaScript, so that the measuring processes have no loader. */
export const COMPILED = join(ROOT, 'node_modules/.cache/resession-benchmarks')

const requireFromRoot = createRequire(join(ROOT, 'package.json'))

/**
 * Builds the package as it is published, and the measured code.
 *
 * @throws Error if the compiler fails
 */
export function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 2, 2] })
  execFileSync(process.execPath, [requireFromRoot.resolve('typescript/bin/tsc'), '-p', 'benchmarks/measured'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  })
}

/**
 * The subject with the files that users of its package get.
 *
 * @param root the folder from which they are resolved
 */
export function resolved(subject: Subject, root = ROOT): Subject {
  const { module, storeModule, atomic } = subject
  const { resolve } = createRequire(join(root, 'package.json'))
  return {
    ...subject,
    ...(module !== undefined && { module: resolve(module) }),
    ...(storeModule !== undefined && { storeModule: resolve(storeModule) }),
    ...(atomic !== undefined && { atomic: resolve(atomic) }),
  }
}

/** The package of a module. */
export function packageOf(module: string): string {
  return module.split('/', module.startsWith('@') ? 2 : 1).join('/')
}

/** The version in the manifest of a package; not by `require`, because some packages do not export the manifest. */
export function versionOf(name: string): string {
  const { name: ours } = requireFromRoot('./package.json') as { name: string }
  const folder = name === ours ? ROOT : join(ROOT, 'node_modules', name)
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version
}
