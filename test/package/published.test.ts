import { expect } from 'chai'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { repository, tarball } from './installation'
import { run } from './run'

describe('The tarball', function () {
  this.timeout(120_000)

  it('pleases arethetypeswrong: types and code are found alike by every resolution', async () => {
    const told = await run(bin('attw'), [await tarball(), '--format', 'ascii', '--no-color', '--no-emoji'], repository)
    expect(told).to.include('No problems found')
  })

  it('pleases publint', async () => {
    const told = await run(bin('publint'), ['--strict', await tarball()], repository)
    expect(told).to.include('All good!')
  })

  it('holds what lib/ is built to, and no more', async () => {
    const files = (await run('tar', ['-tzf', await tarball()], repository)).trim().split('\n')
    const built = files.filter(file => file.startsWith('package/dist/'))
    const strays = built.filter(file => !existsSync(join(repository, sourceOf(file))))
    expect(strays).to.deep.equal([])
    const others = files.filter(file => !/^package\/(dist|docs)\//.test(file)).map(file => file.slice('package/'.length))
    expect(['HISTORY.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json']).to.include.members(others)
  })

  it('has no script that npm runs, or warns of, when the package is installed', async () => {
    const { scripts } = await manifest()
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) expect(scripts).to.not.have.property(script)
  })

  it('names the page to which SECURITY.md refers', async () => {
    const security = await run('tar', ['-xzOf', await tarball(), 'package/SECURITY.md'], repository)
    expect(security).to.include(`<${(await manifest()).bugs}>`)
  })
})

interface Manifest {
  readonly scripts: Record<string, string>
  readonly bugs: string
}

async function manifest(): Promise<Manifest> {
  return JSON.parse(await run('tar', ['-xzOf', await tarball(), 'package/package.json'], repository)) as Manifest
}

function bin(name: string): string {
  return join(repository, 'node_modules/.bin', name)
}

function sourceOf(file: string): string {
  return file.replace('package/dist', 'lib').replace(/(\.d\.ts|\.js)$/, '.ts')
}
