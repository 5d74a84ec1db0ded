import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(__dirname, '../../..')

/** A page of the documentation. */
export interface Page {
  /** Relative to the root. */
  readonly file: string
  readonly text: string
}

/** A code block of a page. */
export interface Block {
  readonly page: string
  /** The line of its first line of code, from 1. */
  readonly line: number
  readonly language: string
  /** Whether it is marked as a part of a program: ```js fragment */
  readonly fragment: boolean
  readonly code: string
}

/** README.md and the pages of docs/. */
export function pages(): Page[] {
  const files = readdirSync(join(ROOT, 'docs')).filter(file => file.endsWith('.md'))
  return ['README.md', ...files.map(file => `docs/${file}`)].map(pageOf)
}

/** @param file relative to the root */
export function pageOf(file: string): Page {
  return { file, text: readFileSync(join(ROOT, file), 'utf8') }
}

export function blocksOf({ file, text }: Page): Block[] {
  return Array.from(text.matchAll(/^( *)```(\w*)([^\n]*)\n(.*?)^ *```$/gms), match => ({
    page: file,
    line: text.slice(0, match.index).split('\n').length + 1,
    language: match[2] as string,
    fragment: (match[3] as string).trim() === 'fragment',
    code: (match[4] as string).replaceAll(`\n${match[1]}`, '\n').slice((match[1] as string).length),
  }))
}

/**
 * The code block of a page that contains a text.
 *
 * @throws Error if there is none
 */
export function blockWith(file: string, text: string): string {
  const found = blocksOf(pageOf(file)).find(({ code }) => code.includes(text))
  if (!found) throw new Error(`${file} has no code block with ${text}`)
  return found.code
}
