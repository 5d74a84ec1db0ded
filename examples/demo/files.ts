import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text, type Answer } from './answer'

const TYPES = { 'page.css': 'text/css', 'cards.css': 'text/css', 'page.js': 'text/javascript' }

/** What a browser loads with the page, by its path. */
export const files: ReadonlyMap<string, Answer> = new Map(
  Object.entries(TYPES).map(([file, type]) => [`/${file}`, text(readFileSync(join(__dirname, 'public', file), 'utf8'), type)]),
)
