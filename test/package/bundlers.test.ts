import { expect } from 'chai'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { blocksOf, blockWith, pageOf } from '../support/docs/pages'
import { fixture } from './fixture'
import { installAs } from './installation'
import { needsRegistry } from './needs-registry'
import { run } from './run'
import { commandOf } from './runtimes'

const PAGE = 'docs/bundling.md'
const BUNDLERS = { esbuild: '0.28', webpack: '5' }

const commands = blocksOf(pageOf(PAGE))
  .filter(({ language }) => language === 'sh')
  .map(({ code }) => code.trim())

describe('Bundlers', function () {
  this.timeout(180_000)
  needsRegistry()
  let folder: string
  before(async () => {
    folder = await installAs('resession', BUNDLERS)
    writeFileSync(join(folder, 'app.mjs'), fixture('app.mjs', 'resession'))
  })

  /** The output of the bundled app. */
  const printed = async (file: string): Promise<unknown> => JSON.parse(await run(process.execPath, [file], folder))

  it('docs/bundling.md has a command for each format', () => {
    expect(commands).to.have.length(3)
  })

  for (const command of commands) {
    const [, file = ''] = /--outfile=(\S+)/.exec(command) ?? []
    it(`esbuild makes ${file}, which serves sessions`, async () => {
      await run('sh', ['-c', command], folder)
      expect(await printed(file)).to.deep.equal(['1', '2'])
    })
  }

  it('esbuild makes an ES module that needs the banner', async () => {
    const command = 'npx esbuild app.mjs --bundle --platform=node --format=esm --outfile=dist/without.mjs'
    await run('sh', ['-c', command], folder)
    const err = await printed('dist/without.mjs').then(String, (err: Error) => err.message)
    expect(err).to.include('Dynamic require of "path" is not supported')
  })

  it('webpack makes dist/webpack.cjs and dist/webpack.mjs, which serve sessions', async () => {
    writeFileSync(join(folder, 'webpack.config.js'), blockWith(PAGE, 'webpack.config.js'))
    const script = `require('webpack')(require('./webpack.config.js'), (err, stats) => {
      if (err || stats.hasErrors()) throw err ?? new Error(stats.toString('errors-only'))
    })`
    await run(process.execPath, ['-e', script], folder)
    for (const file of ['dist/webpack.cjs', 'dist/webpack.mjs']) expect(await printed(file), file).to.deep.equal(['1', '2'])
    const [node24] = await commandOf('24')
    const onSqlite = await run(node24, ['dist/webpack.cjs', 'sessions.db'], folder)
    expect(JSON.parse(onSqlite)).to.deep.equal(['1', '2'])
  })
})
