// npm run test:count: prints how many tests each folder and each suite has, without running them
import { execFileSync } from 'node:child_process'
import { dirname, join, relative } from 'node:path'
import { groupOf, ROOT } from './suites'

interface Report {
  readonly tests: readonly { readonly file: string }[]
}

const ARGUMENTS = ['--dry-run', '--reporter', 'json', 'test/**/*.test.ts', 'benchmarks/tests/*.test.ts']

function main(): void {
  const output = execFileSync(join(ROOT, 'node_modules/.bin/mocha'), ARGUMENTS, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 })
  // Modules of the tests may print before the report
  const { tests } = JSON.parse(output.slice(output.indexOf('{'))) as Report
  const files = tests.map(({ file }) => relative(ROOT, file))
  print(files.map(dirname))
  print(files.map(file => (file.startsWith('test/') ? `suite ${groupOf(relative('test', file))}` : 'with npm run bench')))
  console.log(`${files.length} tests`)
}

function print(keys: readonly string[]): void {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  for (const [key, count] of [...counts].sort()) console.log(`${String(count).padStart(6)}  ${key}`)
  console.log()
}

main()
