import { expect } from 'chai'
import { closeCompiler } from './compiler-client'
import { COMPILERS, installCompilers } from './compilers'
import { needsRegistry } from './needs-registry'
import { compile, compileExpressSession } from './type-project'
import { SURROUNDINGS, TABLE, type Row } from './type-table'

const NAMES = ['resession', 'express-session']
const RESOLUTIONS = ['node10', 'node16', 'nodenext', 'bundler']
const EVERYTHING = Object.keys(SURROUNDINGS)

/** Two at a time: each test also starts the compilation that the next one waits for. */
function compiles(title: (row: Row) => string, rows: readonly Row[], compile: (row: Row) => Promise<void>): void {
  const started: Promise<void>[] = []
  const start = (index: number): Promise<void> | undefined => {
    const row = rows[index]
    return row && (started[index] ??= compile(row))
  }
  rows.forEach((row, index) => {
    it(title(row), () => {
      start(index + 1)?.catch(() => {})
      return start(index)
    })
  })
}

describe('The types, in programs with expected errors,', function () {
  this.timeout(180_000)
  needsRegistry()
  before(installCompilers)
  after(closeCompiler)

  compiles(titleOf, TABLE, compile)

  const upstream = TABLE.filter(suitsExpressSession)
  compiles(
    row => `serve what @types/express-session serves, says TypeScript ${row.compiler} with ${row.resolution}`,
    upstream,
    compileExpressSession,
  )
})

describe('The table of type tests', () => {
  it('has every compiler with both names, in all surroundings, with each of its resolutions', () => {
    for (const compiler of COMPILERS) {
      const rows = TABLE.filter(row => row.compiler === compiler)
      expect(valuesOf(rows, 'name'), compiler).to.have.members(NAMES)
      expect(valuesOf(rows, 'surroundings'), compiler).to.have.members(EVERYTHING)
      expect(valuesOf(rows, 'resolution'), compiler).to.have.members(compiler < '7.0' ? RESOLUTIONS : RESOLUTIONS.slice(1))
    }
  })

  it('has every resolution with both names, in all surroundings', () => {
    for (const resolution of RESOLUTIONS) {
      const rows = TABLE.filter(row => row.resolution === resolution)
      expect(valuesOf(rows, 'name'), resolution).to.have.members(NAMES)
      expect(valuesOf(rows, 'surroundings'), resolution).to.have.members(EVERYTHING)
    }
  })
})

function titleOf({ compiler, resolution, name, surroundings, also, doors }: Row): string {
  const more = also ? ` and ${also.title}` : ''
  return `serve TypeScript ${compiler} with ${resolution}${more}, as ${name}, beside ${surroundings}, by ${doors.join(', ')}`
}

/** A row with the types that express-session needs, installed as usual, and with an import that suits Express too. */
function suitsExpressSession(row: Row): boolean {
  const { name, surroundings, doors, also } = row
  return name === 'express-session' && surroundings.endsWith('@types/express-session') && !doors.includes('call.cts') && !also?.flags
}

function valuesOf(rows: readonly Row[], column: 'name' | 'surroundings' | 'resolution'): string[] {
  return [...new Set(rows.map(row => row[column]))]
}
