import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Name } from './installation'

/**
 * A file of `consumers/`. They import 'PACKAGE', which is no package, so that they can be tried under each name of ours, and never find this
 * checkout instead; 'UPSTREAM' is express-session where it stands beside us.
 */
export function fixture(file: string, name: Name): string {
  const text = readFileSync(join(__dirname, 'consumers', file), 'utf8')
  return text.replaceAll(`'PACKAGE`, `'${name}`).replaceAll(`'UPSTREAM'`, `'express-session'`)
}
