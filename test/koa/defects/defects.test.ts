import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { useUncaught } from '../../support/uncaught'
import { silenced } from '../lineages/silenced'
import { DEFECTS } from './table'
import { World, type Defect, type Name, type Subject } from './defect'

describe('koa: defects of older middlewares', function () {
  // Some run in processes of their own, two each
  this.timeout(30_000)
  const uncaught = useUncaught()
  let silence: ReturnType<typeof silenced>
  beforeEach(() => (silence = silenced()))
  afterEach(() => silence.end())

  const seen = (defect: Defect, name: Name, subject: Subject): Promise<unknown> => defect.visits(new World(defect, name, subject))

  for (const [subject, defects] of Object.entries(DEFECTS)) {
    describe(subject, () => {
      for (const defect of defects) {
        for (const name of defect.whose) {
          it(`${defect.number}, ${name}: ${defect.what}`, async () => {
            expect(await seen(defect, name, 'original'), 'theirs').to.deep.equal(defect.bad)
            expect(await seen(defect, name, 'preset'), 'ours').to.deep.equal(defect.good)
            expect(uncaught).to.deep.equal([])
          })
        }
      }
    })
  }

  it('all nineteen are here, and in docs/compatibility.md', () => {
    const all = Object.values(DEFECTS).flat()
    const numbers = Array.from(new Set(all.map(({ number }) => number)), Number)
    expect(numbers.sort((one, other) => one - other)).to.deep.equal(Array.from({ length: 19 }, (_, index) => index + 1))
    const text = readFileSync(join(__dirname, '../../../docs/compatibility.md'), 'utf8')
    const rows = Array.from(text.matchAll(/^\| (\d+) \| (.*) \| (.*)\. \|$/gm), ([, number, whose, what]) => [Number(number), whose, what])
    const listed = all.map(({ number, whose, what }) => [number, whose.join(', '), what])
    expect(rows).to.have.deep.members(listed)
  })
})
