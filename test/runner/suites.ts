import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'

export const ROOT = resolve(__dirname, '../..')

/** A command of a suite. It reports its tests in lines such as `3111 passing`; one that has no tests passes or fails as a whole. */
export interface Part {
  readonly name: string
  readonly command: readonly string[]
}

/** Parts that run at the same time. */
type Stage = readonly Part[]

/** The files of test/ by suite: the longest prefix decides. */
const FILES = {
  quick: [
    'architecture/',
    'atomic/misuse',
    'concurrency/groups',
    'concurrency/hash-ids',
    'concurrency/model',
    'connect/',
    'cookie/',
    'core/',
    'koa/',
    'options/',
    'primitives/',
    'request/',
    'runner/',
    'session/',
    'store-contract/',
    'stores/',
  ],
  /** Tests that need no engine, no browser and no other version of Node, and take longer. */
  rest: [''],
  /**
   * Tests that measure the heap, each in a process that has run nothing else: V8 allocates directly in the old space what survived often at the same line
   * of code before (`--no-allocation-site-pretenuring` switches that off), and hundreds of sites survive in the processes of other tests.
   */
  alone: ['speed/survivors'],
  engines: ['atomic/', 'faults/outage', 'processes/', 'stores/sqlite/'],
  exhaustive: ['concurrency/interleavings', 'differential/', 'faults/matrix', 'koa/lineages/'],
  package: ['browser/', 'examples/', 'package/'],
} as const

export type FileGroup = keyof typeof FILES

export const SUITES: Readonly<Record<string, readonly Stage[]>> = {
  quick: [[tests('quick')]],
  all: [[tests('quick')], [script('types'), script('lint'), script('format')], [script('build')], [tests('rest')], [tests('alone')]],
  engines: [[tests('engines')]],
  exhaustive: [[tests('exhaustive')], [script('test:express-session')]],
  // Most of ecosystem waits: for packages, for lifetimes and for outages
  package: [[script('build')], [tests('package'), script('ecosystem')]],
  // Its tests play every case. The program runs with one of them: a complete run measures nothing on a busy machine
  benchmark: [
    [{ name: 'tests of the benchmark', command: mocha(['benchmarks/tests/**/*.test.ts']) }],
    [{ name: 'one visit', command: ['tsx', 'benchmarks/run.ts', '--quick', '--only', 'resumed write', '--only', 'resession'] }],
  ],
}

/** @returns the test files of a group, relative to the root */
export function filesOf(group: FileGroup): string[] {
  const folder = join(ROOT, 'test')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.test.ts'))
  return files
    .filter(file => groupOf(file) === group)
    .sort()
    .map(file => join(relative(ROOT, folder), file))
}

/** @param file relative to test/ */
export function groupOf(file: string): FileGroup {
  const prefixes = Object.entries(FILES).flatMap(([group, prefixes]) => prefixes.map(prefix => ({ group, prefix })))
  const matching = prefixes.filter(({ prefix }) => file.startsWith(prefix)).sort((a, b) => b.prefix.length - a.prefix.length)
  return matching[0]?.group as FileGroup
}

function tests(group: FileGroup): Part {
  return { name: group, command: mocha(filesOf(group)) }
}

export function mocha(files: readonly string[]): string[] {
  const forbidPending = process.env.CI === 'true' ? ['--forbid-pending'] : []
  return [
    'mocha',
    '--parallel',
    '--jobs',
    String(availableParallelism()),
    '--reporter',
    join(__dirname, 'reporter.ts'),
    ...forbidPending,
    ...files,
  ]
}

function script(name: string): Part {
  return { name, command: ['npm', 'run', '--silent', name] }
}
