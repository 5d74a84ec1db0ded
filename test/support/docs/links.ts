import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/**
 * The broken relative links of Markdown files: to a file or a heading that does not exist.
 *
 * @param files relative to the folder
 */
export function brokenLinks(folder: string, files: readonly string[]): string[] {
  return files.flatMap(file => {
    const text = withoutCode(readFileSync(join(folder, file), 'utf8'))
    return linksOf(text)
      .filter(link => !/^[a-z]+:/i.test(link) && !exists(folder, file, link))
      .map(link => `${file}: ${link}`)
  })
}

function linksOf(text: string): string[] {
  return Array.from(text.matchAll(/\]\(([^()\s]+(?:\([^()]*\))?)\)/g), ([, link]) => link as string)
}

function exists(folder: string, file: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? join(folder, file) : join(folder, dirname(file), path)
  // A link that leaves the folder leaves the package
  if (relative(folder, target).startsWith('..') || !existsSync(target)) return false
  return !anchor || anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
}

/** The anchors of headings, as on GitHub: https://docs.github.com/en/get-started/writing-on-github */
function anchorsOf(text: string): string[] {
  const counts = new Map<string, number>()
  return Array.from(withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm), ([, heading]) => {
    const anchor = (heading as string)
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    const count = counts.get(anchor) ?? 0
    counts.set(anchor, count + 1)
    return count === 0 ? anchor : `${anchor}-${count}`
  })
}

function withoutBlocks(text: string): string {
  return text.replace(/^ *```.*?^ *```$/gms, '')
}

function withoutCode(text: string): string {
  return withoutBlocks(text).replace(/`[^`\n]*`(?!\])/g, '')
}
