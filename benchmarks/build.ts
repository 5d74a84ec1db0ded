import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Subject } from './measured/subjects'

export const ROOT = join(__dirname, '..')

/** Where the measured code is compiled to: plain JavaScript, so that no loader is in the processes that measure. */
export const COMPILED = join(ROOT, 'node_modules/.cache/resession-benchmarks')

const requireFromRoot = createRequire(join(ROOT, 'package.json'))

/** The package as it is published, and the measured code. @throws Error where the compiler refuses one of them */
export function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 2, 2] })
  execFileSync(process.execPath, [requireFromRoot.resolve('typescript/bin/tsc'), '-p', 'benchmarks/measured'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  })
}

/** The subject with the files that its package's users get. @param root where they are found from */
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

/** The package that a module is in. */
export function packageOf(module: string): string {
  return module.split('/', module.startsWith('@') ? 2 : 1).join('/')
}

/** The version that the package says it has; not by `require`, which some let in nowhere else than by their front door. */
export function versionOf(name: string): string {
  const { name: ours } = requireFromRoot('./package.json') as { name: string }
  const folder = name === ours ? ROOT : join(ROOT, 'node_modules', name)
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version
}
