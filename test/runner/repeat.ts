// npm run test:repeat -- 20 [--busy 2] [--suite rest]: runs a suite's tests so many times in random order, next to so many busy loops
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { randomOf } from '../support/shuffling-store'
import { shuffle } from './shuffle'
import { filesOf, mocha, ROOT, type FileGroup } from './suites'

const BUSY_LOOP = 'for (;;);'

/** @returns whether all tests passed */
function runOnce(group: FileGroup, seed: number): boolean {
  const files = shuffle(filesOf(group), randomOf(seed))
  const [, ...args] = mocha(['--require', 'tsx/cjs', '--require', './test/runner/shuffle.ts', ...files])
  const env = { ...process.env, SEED: String(seed) }
  const began = performance.now()
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/mocha'), args, {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  const passed = status === 0
  if (!passed) console.log(stdout + stderr)
  console.log(`seed ${seed}: ${passed ? 'passed' : 'FAILED'} in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return passed
}

function main(): void {
  const options = { busy: { type: 'string', default: '0' }, suite: { type: 'string', default: 'quick' }, seed: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ allowPositionals: true, options })
  const times = Number(positionals[0] ?? 1)
  const loops: ChildProcess[] = Array.from({ length: Number(values.busy) }, () => spawn(process.execPath, ['-e', BUSY_LOOP]))
  let failed = 0
  for (let time = 0; time < times; time++) {
    if (!runOnce(values.suite as FileGroup, values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed))) failed++
  }
  for (const loop of loops) loop.kill()
  console.log(`${times - failed} of ${times} passed`)
  process.exitCode = failed > 0 ? 1 : 0
}

main()
