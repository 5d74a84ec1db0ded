import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { DIFFERENCES } from './differences'

describe('koa: lineages: docs/compatibility.md', () => {
  it('has each difference, with its reason, and no other', () => {
    const text = readFileSync(join(__dirname, '../../../docs/compatibility.md'), 'utf8')
    const koa = text.slice(text.indexOf('\n## Koa\n')).split('\n## ')[1] as string
    const rows = Array.from(koa.matchAll(/^\| `([\w-]+)` \| .* \| (.*)\. \|$/gm), ([, id, why]) => [id, why])
    expect(rows).to.deep.equal(DIFFERENCES.map(({ id, why }) => [id, why]))
  })
})
