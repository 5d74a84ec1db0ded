import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { complaintsOf } from '../support/docs/compiled-blocks'
import { blocksOf, pages, ROOT } from '../support/docs/pages'

const all = pages().flatMap(blocksOf)
const code = all.filter(({ language }) => language === 'js' || language === 'ts')

describe('The code blocks of README.md and docs/', () => {
  it('name their language', () => {
    const languages = ['js', 'ts', 'json', 'sh', 'console', 'nginx', 'text', 'yaml']
    expect(all.filter(({ language }) => !languages.includes(language)).map(({ page, line }) => `${page}:${line}`)).to.deep.equal([])
  })

  it('load what they use, unless they are marked as fragments', () => {
    const complete = code.filter(({ fragment }) => !fragment)
    expect(complete.length).to.be.above(8)
    const incomplete = complete.filter(block => !/require\('resession|from 'resession/.test(block.code))
    expect(incomplete.map(({ page, line }) => `${page}:${line}`)).to.deep.equal([])
  })

  it('compile', function () {
    this.timeout(120_000)
    expect(complaintsOf(code)).to.deep.equal([])
  })

  it('include each program of examples/, under the name that the package has for users', () => {
    const programs = readdirSync(join(ROOT, 'examples')).filter(file => /(?<!\.d)\.[jt]s$/.test(file))
    expect(programs.length).to.be.above(5)
    const texts = code.map(block => block.code)
    for (const program of programs) {
      const text = readFileSync(join(ROOT, 'examples', program), 'utf8').replaceAll("'../lib", "'resession")
      expect(texts.includes(text), program).to.equal(true)
    }
  })
})
