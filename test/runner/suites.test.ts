import { expect } from 'chai'
import { filesOf, groupOf, SUITES } from './suites'

describe('runner: the suites', () => {
  it('have each test file once: files without a row are in npm test', () => {
    expect(groupOf('koa/responses.test.ts')).to.equal('quick')
    expect(groupOf('koa/lineages/roll.test.ts')).to.equal('exhaustive')
    expect(groupOf('a-new-folder/new.test.ts')).to.equal('rest')
  })

  it('run every group of files', () => {
    const commands = Object.values(SUITES)
      .flat(2)
      .flatMap(({ command }) => command)
    for (const group of ['quick', 'rest', 'engines', 'exhaustive', 'package'] as const) {
      expect(filesOf(group), group).to.not.have.length(0)
      expect(commands).to.include.members(filesOf(group))
    }
  })
})
