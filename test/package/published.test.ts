import { expect } from 'chai'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokenLinks } from '../support/docs/links'
import { repository, tarball } from './installation'
import { run } from './run'

describe('The tarball', function () {
  this.timeout(120_000)

  it('passes arethetypeswrong: types and code are found by every resolution', async () => {
    const told = await run(bin('attw'), [await tarball(), '--format', 'ascii', '--no-color', '--no-emoji'], repository)
    expect(told).to.include('No problems found')
  })

  it('passes publint', async () => {
    const told = await run(bin('publint'), ['--strict', await tarball()], repository)
    expect(told).to.include('All good!')
  })

  it('contains the build of lib/, and no other code', async () => {
    const files = (await run('tar', ['-tzf', await tarball()], repository)).trim().split('\n')
    const built = files.filter(file => file.startsWith('package/dist/'))
    const strays = built.filter(file => !existsSync(join(repository, sourceOf(file))))
    expect(strays).to.deep.equal([])
    const others = files.filter(file => !/^package\/(dist|docs|benchmarks)\//.test(file)).map(file => file.slice('package/'.length))
    expect(['HISTORY.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json']).to.include.members(others)
  })

  it('has no broken relative link in its documentation', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'resession-tarball-'))
    try {
      await run('tar', ['-xzf', await tarball(), '-C', folder, '--strip-components=1'], repository)
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.md'))
      expect(files).to.include.members(['README.md', 'docs/README.md', 'benchmarks/README.md'])
      expect(brokenLinks(folder, files)).to.deep.equal([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('has no install scripts', async () => {
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
