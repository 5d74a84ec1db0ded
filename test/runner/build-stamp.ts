import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What the compiler reads. The lock files have the versions of the compiler and of the types of other packages. */
const SOURCES = ['lib', 'tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json', 'node_modules/.package-lock.json']

/** @param root the folder of the project */
export function hashOfSources(root: string): string {
  return hashOf(root, SOURCES)
}

/**
 * Tells whether a build can be omitted: dist has the files that were compiled from these sources, and none of them was changed.
 *
 * @param stamp the hash of the sources and that of the compiled files, a line each
 */
export function isBuilt(root: string, stamp: string): boolean {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(hashOfSources(root), join(root, 'dist'))
}

/** @param dist the folder with the compiled files */
export function stampOf(sources: string, dist: string): string {
  return `${sources}\n${hashOf(dist, [''])}\n`
}

/** Of the names and the contents of files, and of all files in folders. Missing ones do not count: another process may replace dist meanwhile. */
function hashOf(root: string, entries: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of entries.flatMap(entry => filesAt(root, entry))) {
    const path = join(root, file)
    if (existsSync(path)) hash.update(`${file}\0`).update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

function filesAt(root: string, entry: string): string[] {
  const path = join(root, entry)
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [entry]
  return readdirSync(path)
    .sort()
    .flatMap(name => filesAt(root, join(entry, name)))
}
