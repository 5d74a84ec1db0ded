import { expect } from 'chai'
import { dirname } from 'node:path'
import { circles, forbiddenImports, readLib, type Sources } from './imports'

/** The maximum number of files in a folder. */
const MOST_FILES = 15

describe('architecture: the imports of lib', () => {
  const lib = readLib()

  /** The files of lib, with one more line in a file. */
  function withImport(file: string, line: string): Sources {
    return new Map([...lib, [file, `${line}\n${lib.get(file)}`]])
  }

  it('are read from all files', () => {
    expect(lib.size).to.be.above(100)
    expect([...lib.keys()]).to.include.members(['index.ts', 'core/request/exchange.ts', 'primitives/callbacks.ts'])
  })

  it('run only down, type imports included', () => {
    expect(forbiddenImports(lib)).to.deep.equal([])
  })

  it('form no circle, type imports included', () => {
    expect(circles(lib)).to.deep.equal([])
  })

  it('come from folders of at most 15 files', () => {
    const counts = new Map<string, number>()
    for (const file of lib.keys()) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
    expect([...counts].filter(([, count]) => count > MOST_FILES)).to.deep.equal([])
  })

  describe('are refused', () => {
    const UPWARD = [
      ['core/record/cookie.ts', "import type { Settings } from '../settings/settings'", 'core/settings/settings.ts'],
      ['primitives/seal.ts', "import { Cookie } from '../core/record/cookie'", 'core/record/cookie.ts'],
      ['core/store/store-client.ts', "import type { Session } from '../session/session'", 'core/session/session.ts'],
      ['connect/middleware.ts', "import { middleware } from '../koa/middleware'", 'koa/middleware.ts'],
      ['koa/middleware.ts', "import { MemoryStore } from '../stores/memory-store'", 'stores/memory-store.ts'],
      ['connect/response/drain.ts', "import { Cookie } from '../../core/record/cookie'", 'core/record/cookie.ts'],
      ['core/record/merge.ts', "export { newId } from '../session/session-id'", 'core/session/session-id.ts'],
      ['core/record/merge.ts', "const { newId } = require('../session/session-id')", 'core/session/session-id.ts'],
      ['core/record/merge.ts', "type Id = import('../session/session-id')", 'core/session/session-id.ts'],
      ['stores/store.ts', "import session = require('../index')", 'index.ts'],
    ] as const

    for (const [file, line, imported] of UPWARD) {
      it(`if ${file} has ${line}`, () => {
        expect(forbiddenImports(withImport(file, line))).to.deep.equal([`${file} imports ${imported}`])
      })
    }

    it('if two files of one folder import types from each other', () => {
      const file = 'core/record/cookie.ts'
      expect(circles(withImport(file, "import type { SessionData } from './session-data'"))).to.deep.equal([
        ['core/record/cookie.ts', 'core/record/session-data.ts'],
      ])
    })

    it('if a file is in a folder without a rule', () => {
      expect(forbiddenImports(new Map([...lib, ['other/file.ts', '']]))).to.deep.equal(['other/file.ts is in no folder of the table'])
    })
  })
})
