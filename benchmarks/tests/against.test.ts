import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { commitOf, withBuilt } from '../against/checkout'
import { compare, contestOf } from '../against/compare'
import { againstRows, againstTable } from '../against/rows'
import { ROOT } from '../build'
import { readCommandLine } from '../command-line'
import { subjects, type Subject } from '../measured/subjects'

const subjectNamed = (name: string) => subjects.find(subject => subject.name === name) as Subject

describe('The benchmark against another commit', () => {
  for (const ref of ['no-such-branch', '--all', '']) {
    it(`refuses "${ref}", which names no commit`, () => {
      expect(() => commitOf(ref)).to.throw('--against takes what names a commit, and git knows no')
    })
  }

  it('refuses packages that are not ours', async () => {
    const refused = await compare(readCommandLine(['--only', 'cookie-session']), 'HEAD', () => {}).catch((err: Error) => err.message)
    expect(refused).to.contain('compares what is ours')
  })

  describe('that is built separately', function () {
    this.timeout(120_000)
    before(function () {
      // A tarball has no commits
      if (!existsSync(join(ROOT, '.git'))) this.skip()
    })

    it('has files of its own, which are removed afterwards', async () => {
      let folder = ''
      await withBuilt(commitOf('HEAD'), async built => {
        folder = built
        const { floor, now, then } = contestOf(subjectNamed('resession/koa'), 'HEAD', built) as NonNullable<ReturnType<typeof contestOf>>
        expect(floor.name).to.equal('koa')
        expect(now).to.include({ module: 'resession/koa', yardstick: then.name })
        expect(then).to.include({
          name: 'resession/koa at HEAD',
          module: join(built, 'dist/koa.js'),
          storeModule: join(built, 'dist/index.js'),
        })
        expect(createRequire(__filename)(then.module as string)).to.be.a('function')
      })
      expect(existsSync(folder)).to.be.false
      expect(readdirSync(join(ROOT, 'node_modules'))).to.include('express')
    })

    it('removes its files if the comparison fails', async () => {
      let folder = ''
      const failed = await withBuilt(commitOf('HEAD'), async built => {
        folder = built
        throw new Error('broken case')
      }).catch((err: Error) => err.message)
      expect(failed).to.equal('broken case')
      expect(folder).to.not.equal('')
      expect(existsSync(folder)).to.be.false
    })
  })

  it('omits visits that the other commit does not support', () => {
    const folder = mkdtempSync(join(tmpdir(), 'resession-'))
    expect(contestOf(subjectNamed('resession/koa'), 'HEAD', folder)).to.be.undefined
    rmSync(folder, { recursive: true })
  })

  it('reports the added time now and before, and the ratio of each round', () => {
    const [floor, now, then] = [
      { ...subjectNamed('none') },
      { ...subjectNamed('resession') },
      { ...subjectNamed('resession'), name: 'resession at v1' },
    ]
    const timed = (subject: Subject, round: number, microseconds: number) => ({
      visit: 'rolling',
      subject: subject.name,
      round,
      microseconds,
    })
    const samples = [
      ...[timed(floor, 0, 10), timed(now, 0, 12), timed(then, 0, 14)],
      ...[timed(then, 1, 24), timed(now, 1, 24), timed(floor, 1, 20)],
    ]
    const rows = againstRows(samples, [floor, now, then])
    expect(rows).to.have.lengthOf(1)
    expect(rows[0]?.ratio.rounds).to.deep.equal([0.5, 1])
    const row = '| rolling | resession | 15.0 | 3.00 | 2.50 to 3.50 | resession at v1 | 4.00 | 4.00 to 4.00 | 0.750 | 0.625 to 0.875 |'
    expect(againstTable(rows)).to.contain(row)
  })
})
