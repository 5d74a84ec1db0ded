import { expect } from 'chai'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { install, packOf, tarball, type Manifest } from './installation'
import { needsRegistry } from './needs-registry'
import { run } from './run'

/** Whether a store in another package gets the same Store as the app. */
const SAME = "console.log(require('old-store').Store === require('express-session').Store)"

describe('The alias express-session', function () {
  this.timeout(120_000)
  needsRegistry()

  it('is only the name of the folder: the manifest in it keeps its own name', async () => {
    const folder = await install(await aliased())
    const packages = readdirSync(join(folder, 'node_modules'))
    expect(packages).to.include('express-session').and.not.include('resession')
    expect(manifestIn(folder, 'express-session').name).to.equal('resession')
  })

  it('satisfies the strict peer ranges of published stores', async () => {
    const store = await packOf({ name: 'new-store', version: '1.0.0', peerDependencies: { 'express-session': '^1.17.1' } })
    const folder = await install(await aliased({ 'new-store': `file:${store}` }), '--strict-peer-deps')
    expect(manifestIn(folder, 'express-session').name).to.equal('resession')
  })

  it('does not replace the copy of a store that pins express-session', async () => {
    const folder = await install(await aliased(await oldStore()))
    expect(manifestIn(folder, 'old-store/node_modules/express-session').name).to.equal('express-session')
    expect(await run(process.execPath, ['-e', SAME], folder)).to.equal('false\n')
  })

  it('gives such a store the Store of the app, with an override', async () => {
    const folder = await install({ ...(await aliased(await oldStore())), overrides: { 'express-session': '$express-session' } })
    expect(existsSync(join(folder, 'node_modules/old-store/node_modules'))).to.equal(false)
    expect(await run(process.execPath, ['-e', SAME], folder)).to.equal('true\n')
  })
})

async function aliased(others: Manifest['dependencies'] = {}): Promise<Manifest> {
  return { dependencies: { 'express-session': `file:${await tarball()}`, ...others } }
}

/** A store that depends on one version of express-session, as cassandra-store does. */
async function oldStore(): Promise<Manifest['dependencies']> {
  const manifest = { name: 'old-store', version: '1.0.0', dependencies: { 'express-session': '1.15.6' } }
  return { 'old-store': `file:${await packOf(manifest, "exports.Store = require('express-session').Store")}` }
}

function manifestIn(folder: string, name: string): { name: string } {
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as { name: string }
}
