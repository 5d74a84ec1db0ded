import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './suites'

// npm run build: compiles lib to dist. The folder is replaced when it is complete, so that concurrent tests always find one

const cache = join(ROOT, 'node_modules/.cache')
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'build-'))
const [made, dist, old] = [join(folder, 'made'), join(ROOT, 'dist'), join(folder, 'old')]
try {
  execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', made], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(made, dist)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
