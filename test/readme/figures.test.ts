import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { pageOf, ROOT } from '../support/docs/pages'

interface Measured {
  readonly http: readonly { visit: string; subject: string; requestsPerSecond: { median: number } }[]
  readonly memory: readonly { subject: string; bytesPerSession: { median: number } }[]
}

const readme = pageOf('README.md').text
const measured = JSON.parse(readFileSync(join(ROOT, 'benchmarks/results/latest.json'), 'utf8')) as Measured

describe('README.md: the figures', () => {
  for (const subject of ['resession', 'express-session']) {
    it(`of ${subject} are those of the last benchmark`, () => {
      const row = measured.http.find(({ visit, subject: name }) => visit === 'resumed read' && name === subject)
      const bytes = measured.memory.find(({ subject: name }) => name === subject)?.bytesPerSession.median
      expect(readme).to.match(new RegExp(`\\b${row?.requestsPerSecond.median.toLocaleString('en')}\\b`))
      expect(readme).to.match(new RegExp(`\\b${Math.round(bytes ?? NaN)}\\b`))
    })
  }

  it('of stores are those of the last run of npm run ecosystem', () => {
    const [, table = ''] = pageOf('docs/stores.md').text.split('<!-- stores, written by the run -->')
    const rows = (table.split('<!-- end -->')[0] as string).matchAll(/^\| (\S+ \S+) [^|]*\| resession \|/gm)
    // A version has a row for each of its clients
    const versions = new Set(Array.from(rows, ([, version]) => version))
    expect(readme).to.include(`${versions.size} published versions of stores`)
  })
})
