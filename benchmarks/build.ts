import { execFileSync } from 'node:child_process'
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

/** The subject with the files that its package's users get. */
export function resolved(subject: Subject): Subject {
  const { module, atomic } = subject
  return {
    ...subject,
    ...(module !== undefined && { module: requireFromRoot.resolve(module) }),
    ...(atomic !== undefined && { atomic: requireFromRoot.resolve(atomic) }),
  }
}

/** The version that the package says it has. */
export function versionOf(module: string): string {
  return (requireFromRoot(`${module}/package.json`) as { version: string }).version
}
