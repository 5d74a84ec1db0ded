import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashOfSources, isBuilt, stampOf } from './build-stamp'
import { ROOT } from './suites'

// npm run build: compiles lib to dist, unless that is done. The folder is replaced when it is complete, so that concurrent tests always find one

const cache = join(ROOT, 'node_modules/.cache')
const stamp = join(cache, 'build-stamp')

function build(): void {
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'build-'))
  const [made, dist, old] = [join(folder, 'made'), join(ROOT, 'dist'), join(folder, 'old')]
  try {
    const sources = hashOfSources(ROOT)
    // As in package.json: with a small young generation, and threads that collect it, the compiler takes a quarter more processor time
    const node = ['--single-threaded-gc', '--max-semi-space-size=64']
    execFileSync(process.execPath, [...node, require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', made], {
      cwd: ROOT,
      stdio: 'inherit',
    })
    const next = stampOf(sources, made)
    if (existsSync(dist)) renameSync(dist, old)
    renameSync(made, dist)
    writeFileSync(stamp, next)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (!isBuilt(ROOT, stamp)) build()
