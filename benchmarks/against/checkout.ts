import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../build'

/** The commit that a ref names. @throws Error where there is none */
export function commitOf(ref: string): string {
  try {
    const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]
    return execFileSync('git', words, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    throw new Error(`--against takes what names a commit, and git knows no "${ref}"`)
  }
}

/** Calls with a folder in which a commit of ours is built, by the compiler and among the packages of this checkout. Nothing of it is left afterwards. */
export async function withBuilt<Result>(commit: string, use: (folder: string) => Promise<Result>): Promise<Result> {
  // Outside of node_modules: below it, the compiler takes files for those of a package, and writes none
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

/** Its types were checked when it was committed, and by other versions of what they come from. */
function compile(folder: string): void {
  const compiler = createRequire(join(ROOT, 'package.json')).resolve('typescript/bin/tsc')
  const words = ['-p', 'tsconfig.build.json', '--noCheck', '--declaration', 'false']
  execFileSync(process.execPath, [compiler, ...words], { cwd: folder, stdio: ['ignore', 2, 2] })
}
