import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { differences } from './differences'
import { differential } from './run'

describe('differential: random sequences of visits to both packages', () => {
  it('500 sequences have only documented differences', async () => {
    const tally = await differential(500)
    expect(tally.get('one-write')).to.be.greaterThan(100)
  }).timeout(120_000)

  it('each accepted difference is listed in docs/compatibility.md', () => {
    const text = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8')
    for (const { id } of differences) expect(text, id).to.contain(`\`${id}\``)
  })
})
