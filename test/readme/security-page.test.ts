import { expect } from 'chai'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pageOf, ROOT } from '../support/docs/pages'

/** The cells of each row of the tables of requirements. */
const ROWS = Array.from(
  pageOf('docs/security.md')
    .text.split('row by row')[1]
    ?.matchAll(/^\| (?!---|requirement)(.*) \|$/gm) ?? [],
  ([, row]) => (row as string).split(' | ').map(cell => cell.trim()),
)

/** The file of a cell, and the title in it. */
function proofIn(cell: string): readonly [file: string, title: string] {
  const [, file = '', title = ''] = /^`(test\/[^`]+)`(?:: (.*))?$/.exec(cell) ?? []
  return cell.startsWith('recommended: ') ? ['test/options/recommended.test.ts', cell.slice('recommended: '.length)] : [file, title]
}

describe('docs/security.md: the requirements', () => {
  it('are there', () => {
    expect(ROWS.length).to.be.above(40)
  })

  for (const [requirement, given, test, app] of ROWS as [string, string, string, string][]) {
    it(`${requirement}: is shown by a test, or says what the app must do`, () => {
      expect(test || app).to.not.equal('')
      if (/^yes|^with a call/.test(given)) expect(test || app).to.not.equal('')
      if (!test) return
      const [file, title] = proofIn(test)
      expect(existsSync(join(ROOT, file)), file).to.equal(true)
      expect(readFileSync(join(ROOT, file), 'utf8')).to.include(title)
    })
  }
})
