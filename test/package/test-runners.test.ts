import { expect } from 'chai'
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { blocksOf, blockWith, pageOf } from '../support/docs/pages'
import { fixture } from './fixture'
import { installAs } from './installation'
import { needsRegistry } from './needs-registry'
import { run } from './run'

const PAGE = 'docs/testing.md'
/** The last version of vitest that supports Node 20. */
const PACKAGES = { express: '5', jest: '30', koa: '3', mocha: '12', sinon: '22', supertest: '7', vite: '8.3.8', vitest: '4.1.12' }

interface TestRunner {
  /** The module that exports its `describe` and `it`. */
  readonly module: string
  readonly command: readonly string[]
  readonly contractFile: string
  readonly isCommonJs?: boolean
}

const RUNNERS: Record<string, TestRunner> = {
  mocha: { module: 'mocha', command: ['npx', 'mocha', '--reporter', 'spec', '--no-color'], contractFile: 'contract.mjs' },
  jest: { module: '@jest/globals', command: ['npx', 'jest', '--injectGlobals=false'], contractFile: 'contract.test.js', isCommonJs: true },
  vitest: { module: 'vitest', command: ['npx', 'vitest', 'run', '--reporter=verbose', '--no-color'], contractFile: 'contract.test.mjs' },
  'node --test': { module: 'node:test', command: [process.execPath, '--test'], contractFile: 'contract.mjs' },
}

/** The report of the last rule if it passes. */
const LAST_RULE = /(✔|✓|ok \d+ -) .*has no update unless the option has names it/

describe('Test runners', function () {
  this.timeout(180_000)
  needsRegistry()
  let installation: string
  before(async () => {
    installation = await installAs('resession', PACKAGES)
  })

  /** A project inside the installation, whose packages it resolves. */
  function project(name: string, files: Readonly<Record<string, string>>): string {
    const folder = join(installation, name.replaceAll(/\W/g, ''))
    for (const [file, text] of Object.entries({ 'package.json': '{}', ...files })) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    return folder
  }

  for (const [runner, { command }] of Object.entries(RUNNERS)) {
    it(`docs/testing.md: the example for ${runner} passes`, async () => {
      const example = blocksOf(pageOf(PAGE)).find(({ code }) => code.startsWith('// test/') && code.includes(`for ${runner}`))?.code ?? ''
      const [, file = ''] = /^\/\/ (\S+),/.exec(example) ?? []
      const folder = project(`example ${runner}`, { 'app.js': blockWith(PAGE, '// app.js'), [file]: example })
      // Its example uses the globals
      const [program = '', ...args] = command.filter(arg => arg !== '--injectGlobals=false')
      await run(program, [...args, file], folder)
    })
  }

  it('docs/testing.md: the example for Secure cookies passes', async () => {
    const [app, example] = [blockWith(PAGE, '// secure-app.js'), blockWith(PAGE, '// test/secure-login.test.js')]
    const folder = project('example secure', { 'secure-app.js': app, 'test/secure-login.test.js': example })
    await run('npx', ['mocha', 'test/secure-login.test.js'], folder)
  })

  it('docs/testing.md: the example for Koa passes', async () => {
    const example = blockWith(PAGE, '// test/koa-profile.test.js')
    const folder = project('example koa', { 'koa-app.js': blockWith(PAGE, '// koa-app.js'), 'test/koa-profile.test.js': example })
    await run('npx', ['mocha', 'test/koa-profile.test.js'], folder)
  })

  for (const [runner, { module, command, contractFile, isCommonJs }] of Object.entries(RUNNERS)) {
    const contract = (): string => {
      const source = fixture('contract.mjs', 'resession').replace(`'RUNNER'`, `'${module}'`)
      return isCommonJs ? source.replace(/^import (.+) from (.+)$/gm, 'const $1 = require($2)') : source
    }

    it(`${runner} runs the store contract without globals`, async () => {
      const [program = '', ...args] = command
      const folder = project(`contract ${runner}`, { [contractFile]: contract() })
      const output = await run('sh', ['-c', `${[program, ...args, contractFile].join(' ')} 2>&1`], folder)
      expect(output).to.include('keeps every JSON value')
    })

    it(`${runner} shows which rule a store breaks, and runs the rules after it`, async () => {
      const folder = project(`broken ${runner}`, { [contractFile]: contract() })
      const { failed, output } = await outcome([...command, contractFile], folder, { STORE: 'Wrong' })
      expect(failed, output).to.equal(true)
      expect(output).to.include('async store breaks the rule "length counts the sessions" of the store contract.')
      expect(output).to.include('Expected: 0. Got: 7').and.include('docs/stores.md#conformance-tests')
      expect(output).to.match(LAST_RULE)
    })
  }

  it('node --test goes on after a store that never responds', async () => {
    const file = { 'contract.mjs': fixture('contract.mjs', 'resession').replace(`'RUNNER'`, `'node:test'`) }
    const { output } = await outcome([process.execPath, '--test', 'contract.mjs'], project('silent', file), { STORE: 'Silent' })
    expect(output).to.include('clear neither called back nor returned a promise that settled')
    expect(output).to.match(LAST_RULE)
  })
})

/** The output of a command that may fail. */
function outcome(command: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<{ failed: boolean; output: string }> {
  const [program = '', ...args] = command
  const { NODE_OPTIONS: _, NODE_ENV: __, ...rest } = process.env
  return new Promise(resolve => {
    execFile(program, args, { cwd, env: { ...rest, ...env } }, (err, stdout, stderr) =>
      resolve({ failed: err !== null, output: stdout + stderr }),
    )
  })
}
