import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A line of differences.md that names tests which express-session fails. */
export interface Proof {
  readonly line: string
  matches(title: string): boolean
  /** Whether express-session fails each of them, or only some. */
  readonly each: boolean
}

const FILE = join(__dirname, 'differences.md')

/** A `*` in a title stands for any text. */
export function listedProofs(): Proof[] {
  return Array.from(readFileSync(FILE, 'utf8').matchAll(/^ *- (test|some of): (.+)$/gm), ([line, kind, titles]) => {
    const pattern = new RegExp(`^${(titles as string).split('*').map(escape).join('.*')}$`)
    return { line: line.trim(), each: kind === 'test', matches: title => pattern.test(title) }
  })
}

/** The entries of docs/compatibility.md that the tests belong to. */
export function namedEntries(): string[] {
  return Array.from(readFileSync(FILE, 'utf8').matchAll(/^##+ (.+)$/gm), ([, heading]) => heading as string)
}

function escape(text: string): string {
  return text.replace(/[\\^$.+?()[\]{}|]/g, '\\$&')
}
