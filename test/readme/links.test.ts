import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { brokenLinks } from '../support/docs/links'
import { ROOT } from '../support/docs/pages'

const FOLDERS = ['docs', 'benchmarks', 'examples', 'test', 'ecosystem']

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.md'))
    .map(file => join(folder, file))
}

describe('The Markdown files of the repository', () => {
  it('have no broken relative link', () => {
    const files = [...readdirSync(ROOT).filter(file => file.endsWith('.md')), ...FOLDERS.flatMap(markdownIn)]
    expect(files).to.include.members(['README.md', 'docs/options.md', 'benchmarks/README.md'])
    expect(brokenLinks(ROOT, files)).to.deep.equal([])
  })
})
