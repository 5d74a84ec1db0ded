import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A line of docs/compatibility.md that names tests as proofs: those that express-session fails. */
export interface Proof {
  readonly line: string
  matches(title: string): boolean
  /** Whether express-session fails each of them, or only some. */
  readonly each: boolean
}

/** A `*` in a title stands for any text. */
export function listedProofs(): Proof[] {
  const text = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8')
  return Array.from(text.matchAll(/^ *- (test|some of): (.+)$/gm), ([line, kind, titles]) => {
    const pattern = new RegExp(`^${(titles as string).split('*').map(escape).join('.*')}$`)
    return { line: line.trim(), each: kind === 'test', matches: title => pattern.test(title) }
  })
}

function escape(text: string): string {
  return text.replace(/[\\^$.+?()[\]{}|]/g, '\\$&')
}
