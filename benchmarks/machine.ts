import { execFileSync } from 'node:child_process'
import { arch, availableParallelism, cpus, release, totalmem, type as system } from 'node:os'
import { packageOf, ROOT, versionOf } from './build'
import type { Cores } from './child'
import type { Subject } from './measured/subjects'

/** The machine and the software of a measurement. */
export interface Machine {
  /** The day, by UTC. */
  readonly when: string
  readonly processor: string
  readonly cores: number
  /** In GiB. */
  readonly memory: number
  readonly system: string
  readonly node: string
  readonly v8: string
  /** The versions of the subjects' packages. */
  readonly packages: Readonly<Record<string, string>>
  /** The commit of this repository; with `-dirty` if there were uncommitted changes. */
  readonly commit: string
  /** Whether server and client had a core each. */
  readonly pinned: boolean
}

export function thisMachine(subjects: readonly Subject[], cores: Cores | undefined): Machine {
  const packages = new Set(subjects.flatMap(({ module }) => module ?? []).map(packageOf))
  return {
    when: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model ?? arch(),
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 1024 ** 3),
    system: `${system()} ${release()}, ${arch()}`,
    node: process.version,
    v8: process.versions.v8,
    packages: Object.fromEntries(Array.from(packages, name => [name, versionOf(name)])),
    commit: commit(),
    pinned: cores !== undefined,
  }
}

/** The commit; undefined in an unpacked tarball. */
function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return 'unknown'
  }
}
