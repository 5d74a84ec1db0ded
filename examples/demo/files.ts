import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text, type Answer } from './answer'

const TYPES = { 'page.css': 'text/css', 'cards.css': 'text/css', 'page.js': 'text/javascript' }

/** The files that the page needs, by path. */
export const files: ReadonlyMap<string, Answer> = new Map(
  Object.entries(TYPES).map(([file, type]) => [`/${file}`, text(readFileSync(join(__dirname, 'public', file), 'utf8'), type)]),
)
