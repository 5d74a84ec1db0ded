import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { GROUPS } from '../mutation/files'
import { ROOT } from '../runner/suites'

describe('architecture: the groups of npm run mutation', () => {
  for (const { files, tests } of GROUPS) {
    it(`name files and tests that exist: ${files[0]}`, () => {
      const missing = [...files, ...tests].filter(file => !existsSync(join(ROOT, file)))
      expect(missing).to.deep.equal([])
      expect(files).to.not.have.length(0)
      expect(tests).to.not.have.length(0)
    })
  }
})
