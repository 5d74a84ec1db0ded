import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { compare } from './compare'
import { DIFFERENCES } from './differences'
import { LINEAGES, scenariosOf } from './lineages'
import { cell, keyOf, matrix, MATRIX, pairOf } from './matrix'

describe('koa lineages: a preset and its older middleware', function () {
  this.timeout(20_000)
  const needed = new Set<string>()
  const cells = new Map<string, string>()

  for (const lineage of LINEAGES) {
    describe(lineage.name, () => {
      for (const scenario of scenariosOf(lineage)) {
        it(`${scenario.name}: only the listed differences`, async () => {
          const pair = await pairOf(lineage, scenario)
          cells.set(keyOf(lineage, scenario), cell(pair))
          for (const id of compare(lineage, scenario, pair)) needed.add(id)
        })
      }
    })
  }

  // A suite of its own, because it must run after those above
  describe('all scenarios', () => {
    it('need each listed difference', () => {
      expect([...needed].sort()).to.deep.equal(DIFFERENCES.map(({ id }) => id).sort())
    })

    it('are in matrix.md, which npm run koa-matrix writes', () => {
      expect(matrix(cells)).to.equal(readFileSync(MATRIX, 'utf8'))
    })
  })
})
