import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { MUTATED, TESTS } from './files'

// Stryker changes one operator or value of the source at a time and runs the tests: a change that no test notices has survived.
//
//   npm run mutation                                one run over all files that security rests on
//   npm run mutation -- lib/core/record/merge.ts           over some

/** Stryker's runner needs mocha 11. They are installed when they are used, apart from the project's packages. */
const PACKAGES = { '@stryker-mutator/core': '9.6.1', '@stryker-mutator/mocha-runner': '9.6.1', mocha: '11.7.5' }

const root = resolve(__dirname, '../..')
const folder = join(tmpdir(), `resession-stryker-${Object.values(PACKAGES).join('-')}`)
const installed = (path: string): string => join(folder, 'node_modules', path)

if (!existsSync(installed('.package-lock.json'))) install()
const config = join(folder, 'stryker.config.json')
const mocharc = join(folder, 'mocharc.json')
writeFileSync(mocharc, JSON.stringify({ require: [require.resolve('tsx/cjs'), './test/support/environment.ts'], timeout: 10_000 }))
writeFileSync(config, JSON.stringify(configuration(process.argv.slice(2))))
const { status } = spawnSync(process.execPath, [installed('@stryker-mutator/core/bin/stryker.js'), 'run', config], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, RUNS: '25' },
})
process.exitCode = status ?? 1

function install(): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES }))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' })
  symlinkSync(join(root, 'node_modules/typescript'), installed('typescript'), 'dir')
}

function configuration(files: readonly string[]): object {
  return {
    testRunner: 'mocha',
    plugins: [installed('@stryker-mutator/mocha-runner/dist/src/index.js')],
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    mutate: files.length > 0 ? files : MUTATED,
    mochaOptions: { config: mocharc, spec: TESTS },
    ignorePatterns: ['/ecosystem', '/benchmarks', '/dist', '/.ci'],
    reporters: ['clear-text', 'progress-append-only'],
    clearTextReporter: { logTests: false, allowColor: false, reportTests: false, allowEmojis: false },
    timeoutMS: 10_000,
    concurrency: 2,
    thresholds: { high: 95, low: 90, break: 90 },
  }
}
