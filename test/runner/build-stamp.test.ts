import { expect } from 'chai'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashOfSources, isBuilt, stampOf } from './build-stamp'

describe('runner: a build is omitted', () => {
  let root = ''
  let stamp = ''
  const write = (file: string, text: string): void => writeFileSync(join(root, file), text)

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'resession-build-'))
    stamp = join(root, 'stamp')
    for (const folder of ['lib/core', 'dist/core']) mkdirSync(join(root, folder), { recursive: true })
    write('lib/core/merge.ts', 'export const one: number = 1')
    write('package-lock.json', '{}')
    write('dist/core/merge.js', 'exports.one = 1')
    write('stamp', stampOf(hashOfSources(root), join(root, 'dist')))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('if neither the sources nor the compiled files have changed', () => {
    expect(isBuilt(root, stamp)).to.equal(true)
  })

  it('only then: a changed, new or removed file of either, another version of a package, or a missing stamp requires one', () => {
    const changes: (() => void)[] = [
      () => write('lib/core/merge.ts', 'export const one: number = 2'),
      () => write('lib/core/plan.ts', ''),
      () => write('tsconfig.build.json', '{}'),
      () => write('package-lock.json', '{"packages":{}}'),
      () => write('dist/core/merge.js', ''),
      () => write('dist/core/old.js', ''),
      () => rmSync(join(root, 'dist'), { recursive: true }),
      () => rmSync(stamp),
    ]
    for (const change of changes) {
      write('stamp', stampOf(hashOfSources(root), join(root, 'dist')))
      expect(isBuilt(root, stamp)).to.equal(true)
      change()
      expect(isBuilt(root, stamp), String(change)).to.equal(false)
    }
  })
})
