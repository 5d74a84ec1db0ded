import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../build'

/**
 * The commit that a ref names.
 *
 * @throws Error if there is none
 */
export function commitOf(ref: string): string {
  try {
    const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]
    return execFileSync('git', words, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    throw new Error(`--against takes what names a commit, and git knows no "${ref}"`)
  }
}

/**
 * Calls `use` with a folder in which a commit of this repository is built, with the compiler and the packages of this checkout. The folder is removed
 * afterwards.
 */
export async function withBuilt<Result>(commit: string, use: (folder: string) => Promise<Result>): Promise<Result> {
  // Outside of node_modules: below it, the compiler treats files as those of a package, and emits nothing
  const folder = mkdtempSync(join(tmpdir(), 'resession-against-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const interrupted = (): never => process.exit(1)
  process.once('exit', remove).once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    const files = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: Infinity })
    execFileSync('tar', ['-x', '-C', folder], { input: files })
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    compile(folder)
    return await use(folder)
  } finally {
    process.off('exit', remove).off('SIGINT', interrupted).off('SIGTERM', interrupted)
    remove()
  }
}

/** Without type checks: the types were checked at the commit, with other versions of its dependencies. */
function compile(folder: string): void {
  const compiler = createRequire(join(ROOT, 'package.json')).resolve('typescript/bin/tsc')
  const words = ['-p', 'tsconfig.build.json', '--noCheck', '--declaration', 'false']
  execFileSync(process.execPath, [compiler, ...words], { cwd: folder, stdio: ['ignore', 2, 2] })
}
