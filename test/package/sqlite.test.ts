import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './installation'
import { needsRegistry } from './needs-registry'
import { report } from './report'
import { run } from './run'
import { commandOf, NODES } from './runtimes'

/** The output of consumers/sqlite.mjs. */
interface Visits {
  readonly file: unknown
  readonly database?: unknown
}

const VISITS = ['1', '2']

const EXPECTED: Readonly<Record<string, Visits>> = {
  'Node 20': { file: 'ERR_STORE_NO_SQLITE' },
  'Node 22': { file: VISITS },
  'Node 24': { file: VISITS },
  'Node 26': { file: VISITS },
  Deno: { file: VISITS },
  Bun: { file: VISITS, database: VISITS },
}

describe('SqliteStore', function () {
  this.timeout(180_000)
  needsRegistry()

  for (const [runtime, expected] of Object.entries(EXPECTED)) {
    it(`loses no session at a restart on ${runtime}, or reports the missing module`, async () => {
      const visits = await report<Visits>('sqlite.mjs', 'resession', runtime.replace('Node ', '').toLowerCase())
      expect(visits).to.deep.equal(expected)
    })
  }

  for (const node of NODES.filter(node => node !== '20')) {
    it(`passes its tests on node:sqlite of Node ${node}`, async () => {
      const files = readdirSync(join(repository, 'test/stores/sqlite')).map(file => `test/stores/sqlite/${file}`)
      files.push('test/examples/demo.test.ts')
      const [program] = await commandOf(node)
      const mocha = ['node_modules/mocha/bin/mocha.js', '--forbid-pending', '--reporter', 'dot', ...files]
      expect(await run(program, mocha, repository)).to.match(/\d{3} passing/)
    })
  }
})
