import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { listedProofs, namedEntries } from '../express-session/documented-differences'

const page = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8')

describe('docs/compatibility.md and test/express-session/differences.md', () => {
  it('each entry with tests is in docs/compatibility.md', () => {
    const text = page.replace(/\s+/g, ' ')
    expect(namedEntries().length).to.be.above(40)
    expect(namedEntries().filter(entry => !text.includes(`## ${entry} `) && !text.includes(`**${entry}`))).to.deep.equal([])
  })

  it('tests are named in differences.md only', () => {
    expect(listedProofs().length).to.be.above(160)
    expect(page.match(/^ *- (test|some of): .*$/gm) ?? []).to.deep.equal([])
  })
})
