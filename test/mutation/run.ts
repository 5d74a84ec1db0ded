import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { GROUPS } from './files'

// Stryker changes one operator or value of the source at a time and runs the tests: a change that no test notices has survived.
//
//   npm run mutation                                one run over all files that security rests on
//   npm run mutation -- lib/core/record/merge.ts           over some
//   npm run mutation -- lib/core/record/merge.ts:1-40      over some lines

/** Stryker's runner needs mocha 11. They are installed when they are used, apart from the project's packages. */
const PACKAGES = { '@stryker-mutator/core': '9.6.1', '@stryker-mutator/mocha-runner': '9.6.1', mocha: '11.7.5' }

/** The share of the changes that must be detected, in percent. */
const LEAST = 90

/** One change, in Stryker's report. */
interface Mutant {
  readonly status: string
}

interface Configured {
  readonly files: readonly string[]
  readonly tests: readonly string[]
  readonly mocharc: string
  readonly report: string
}

type Paths = [config: string, mocharc: string, report: string]

const root = resolve(__dirname, '../..')
const folder = join(tmpdir(), `resession-stryker-${Object.values(PACKAGES).join('-')}`)
const installed = (path: string): string => join(folder, 'node_modules', path)

if (!existsSync(installed('.package-lock.json'))) install()
const given = process.argv.slice(2)
let [detected, all] = [0, 0]
for (const { files, tests } of GROUPS) {
  const mutated = given.length === 0 ? files : given.filter(file => files.includes(file.replace(/:.*/, '')))
  if (mutated.length === 0) continue
  for (const { status } of mutate(mutated, tests)) {
    if (status === 'Killed' || status === 'Timeout') detected++
    if (status !== 'Ignored') all++
  }
}
const score = (100 * detected) / all
console.log(`${detected} of ${all} changes were detected: ${score.toFixed(1)} %`)
if (!(score >= LEAST)) process.exitCode = 1

/** @returns the result of each change. Survivors are printed. */
function mutate(files: readonly string[], tests: readonly string[]): Mutant[] {
  const [config, mocharc, report] = ['stryker.config.json', 'mocharc.json', 'report.json'].map(name => join(folder, name)) as Paths
  rmSync(report, { force: true })
  writeFileSync(mocharc, JSON.stringify({ require: [require.resolve('tsx/cjs'), './test/support/environment.ts'], timeout: 30_000 }))
  writeFileSync(config, JSON.stringify(configuration({ files, tests, mocharc, report })))
  const stryker = [installed('@stryker-mutator/core/bin/stryker.js'), 'run', config]
  spawnSync(process.execPath, stryker, { cwd: root, stdio: 'inherit', env: { ...process.env, RUNS: '25' } })
  const results = JSON.parse(readFileSync(report, 'utf8')) as { files: Record<string, { mutants: Mutant[] }> }
  return Object.values(results.files).flatMap(({ mutants }) => mutants)
}

function install(): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES }))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' })
  symlinkSync(join(root, 'node_modules/typescript'), installed('typescript'), 'dir')
}

function configuration({ files, tests, mocharc, report }: Configured): object {
  return {
    testRunner: 'mocha',
    plugins: [installed('@stryker-mutator/mocha-runner/dist/src/index.js')],
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    mutate: files,
    mochaOptions: { config: mocharc, spec: tests },
    ignorePatterns: ['/ecosystem', '/benchmarks', '/dist', '/.ci'],
    reporters: ['clear-text', 'json'],
    jsonReporter: { fileName: report },
    clearTextReporter: { logTests: false, allowColor: false, reportTests: false, allowEmojis: false },
    dryRunTimeoutMinutes: 20,
    timeoutMS: 10_000,
    concurrency: 2,
  }
}
