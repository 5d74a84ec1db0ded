import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The titles of the tests that docs/compatibility.md names as proofs: those that express-session fails. */
export function listedTests(): Set<string> {
  const text = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8')
  return new Set(Array.from(text.matchAll(/^ *- test: (.+)$/gm), ([, title]) => title as string))
}
