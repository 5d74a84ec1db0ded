import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { useDiagnostics } from '../support/diagnostics'
import { onEachHost } from '../support/hosts'

const root = join(__dirname, '../..')
const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8')
const [warnings = '', errors = ''] = page.split(/^## Errors$/m)
const codeIn = (folder: string): string =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => readFileSync(join(root, folder, file), 'utf8'))
    .join('\n')
const source = codeIn('lib')

const unique = (pattern: RegExp): string[] => [...new Set(Array.from(source.matchAll(pattern), ([, found]) => found as string))]

describe('docs/troubleshooting.md', () => {
  const codes = unique(/'(RESESSION_\w+)'/g)

  it('has a heading for each code of a warning, and no other', () => {
    expect(codes.length).to.be.above(10)
    expect(Array.from(page.matchAll(/^### (RESESSION_\w+)$/gm), ([, code]) => code)).to.have.members(codes)
  })

  it('describes the symptom, cause and fix of each', () => {
    for (const section of warnings.split(/^### /m).slice(1)) {
      for (const part of ['Symptom', 'Cause', 'Fix']) expect(section).to.contain(`**${part}:**`)
    }
  })

  it('names each channel of a diagnosis, with its reasons', () => {
    const table = page.split('| channel | reasons |')[1] as string
    for (const reason of unique(/^ {2}'([a-z-]+)': { channel/gm)) expect(table).to.contain(`\`${reason}\``)
    for (const channel of unique(/'(resession:(?:cookie|session|store|option)-[a-z]+)'/g)) expect(table).to.contain(`| \`${channel}\` |`)
  })

  it('has a row for each code of an error, and no other', () => {
    const found = source.match(/\bERR_\w+/g) ?? []
    // Errors of Node that a wrapped response reports, and of its assert module
    const own = new Set(found.filter(code => !/^ERR_(HTTP2?|STREAM|ASSERTION)(_|$)/.test(code) && code !== 'ERR_STORE_'))
    expect(own.size).to.be.above(15)
    const [table = ''] = errors.split('\n\nThese errors have no code')
    const codes = table.match(/^\| `ERR_[^|]*\|/gm)?.join('')
    expect(codes?.match(/ERR_\w+/g)).to.have.members([...own])
  })

  it('has no link to a heading that is missing', () => {
    const anchors = Array.from(page.matchAll(/^#+ (.+)$/gm), ([, heading]) => (heading as string).toLowerCase().replaceAll(' ', '-'))
    for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).to.include(anchor)
  })
})

onEachHost('diagnostics: mistakes in options', host => {
  const published = useDiagnostics('resession:option-mistake')

  for (const [options, reason, code] of [
    [{ rollling: true }, 'unknown-option', 'RESESSION_UNKNOWN_OPTION'],
    [{ rolling: 'false' }, 'boolean-option', 'RESESSION_BOOLEAN_OPTION'],
    [{ cookie: { sameSite: 'none' } }, 'dropped-cookie', 'RESESSION_DROPPED_COOKIE'],
    [{ cookie: { maxAge: 5000 } }, 'short-lifetime', 'RESESSION_SHORT_LIFETIME'],
    [{ store: 'cookie', seal: ['a secret of enough bytes', undefined] }, 'missing-secret', 'RESESSION_MISSING_SECRET'],
    [{ cookie: { expires: 5000 } }, 'number-in-expires', 'RESESSION_NUMBER_IN_EXPIRES'],
  ] as const) {
    it(`${reason} is published`, () => {
      host.start({ ...options, name: 'sid' } as never)
      expect(published).to.deep.equal([['resession:option-mistake', { reason, code, name: 'sid' }]])
    })
  }

  it('are not published if there are none', () => {
    host.start({ rolling: true, name: 'sid' })
    expect(published).to.deep.equal([])
  })
})
