import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { pageOf, ROOT } from '../support/docs/pages'
import { LIB, MAY_IMPORT, readLib } from './imports'

const { text } = pageOf('docs/architecture.md')
const SOURCES = readLib()
const FILES = [...SOURCES.keys()]

/** A name between backticks, and the line that it is in. */
interface Named {
  readonly name: string
  readonly line: string
}

const NAMED: readonly Named[] = text
  .replaceAll(/^```.*?^```$/gms, '')
  .split('\n')
  .flatMap(line => Array.from(line.matchAll(/`([^`]+)`/g), ([, name]) => ({ name: name as string, line })))

/** A path begins at the root or in lib. A file without a folder is in one that the line names, or has the only file of its name. */
function exists({ name, line }: Named): boolean {
  const folders = Array.from(line.matchAll(/`([\w./-]+)\/[\w-]+\.ts`/g), ([, folder]) => join(LIB, folder as string))
  if ([ROOT, LIB, ...folders].some(folder => existsSync(join(folder, name)))) return true
  return FILES.filter(file => basename(file) === name).length === 1
}

/** The folders of the rules for imports. The last row is of all entry points. */
const FOLDERS = Object.keys(MAY_IMPORT).filter(name => name !== 'entry points')

describe('architecture: docs/architecture.md', () => {
  it('names only files that exist', () => {
    const files = NAMED.filter(({ name }) => /^[\w./-]+\.ts$/.test(name))
    expect(files.length).to.be.above(30)
    expect(files.filter(named => !exists(named)).map(({ name }) => name)).to.deep.equal([])
    expect(exists({ name: 'core/request/closed.ts', line: '`core/request/closed.ts`' })).to.equal(false)
  })

  it('names only folders that exist', () => {
    const folders = NAMED.filter(({ name }) => /^[\w-]+(\/[\w-]+)+$/.test(name))
    expect(folders.length).to.be.above(10)
    expect(folders.filter(named => !exists(named)).map(({ name }) => name)).to.deep.equal([])
  })

  it('names only classes, functions and options that exist', () => {
    const code = [...SOURCES.values()].join('\n')
    const names = NAMED.map(({ name }) => name).filter(name => /^[A-Za-z]+$/.test(name) && name !== 'lib')
    expect(names.length).to.be.above(20)
    expect(names.filter(name => !new RegExp(`\\b${name}\\b`).test(code))).to.deep.equal([])
  })

  it('tells the duty of each folder', () => {
    const rows = Array.from(text.matchAll(/^\| `.*$/gm), ([row]) => row).join('\n')
    expect(FOLDERS.filter(folder => !rows.includes(`\`${folder}\``))).to.deep.equal([])
  })

  it('draws each folder of the core, and each entry point', () => {
    const [, drawing = ''] = /^```text\n(.*?)^```/ms.exec(text) ?? []
    expect(FOLDERS.filter(folder => folder.startsWith('core/') && !drawing.includes(folder))).to.deep.equal([])
    const drawn = /^entry points: (.*)$/m.exec(drawing)?.[1]?.split(', ')
    const files = readdirSync(LIB).filter(file => file.endsWith('.ts'))
    expect(drawn).to.have.members([...files.map(file => basename(file, '.ts')), 'session/*'])
  })
})
