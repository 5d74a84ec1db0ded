import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Name } from './installation'

/**
 * A file of `consumers/`. They import the placeholder 'PACKAGE', so that each runs under both names of the package, and never finds this checkout;
 * 'UPSTREAM' is express-session, installed next to it.
 */
export function fixture(file: string, name: Name): string {
  const text = readFileSync(join(__dirname, 'consumers', file), 'utf8')
  return text.replaceAll(`'PACKAGE`, `'${name}`).replaceAll(`'UPSTREAM'`, `'express-session'`)
}
