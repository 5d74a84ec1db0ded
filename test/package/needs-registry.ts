import { run } from './run'

/**
 * To be called in every suite that installs something. Where the npm registry cannot be reached, such a suite proves nothing: it is skipped, and one
 * loud line says so; in CI, where nobody reads lines, it fails.
 */
export function needsRegistry(): void {
  before(async function () {
    this.timeout(60_000)
    if (await reachable()) return
    if (process.env.CI === 'true') throw new Error('the npm registry cannot be reached, so the package as installed stays untested')
    this.skip()
  })
}

let answer: Promise<boolean> | undefined

function reachable(): Promise<boolean> {
  return (answer ??= ask())
}

async function ask(): Promise<boolean> {
  try {
    await run('npm', ['view', 'depd', 'name', '--prefer-online', '--fetch-retries=0', '--fetch-timeout=20000'], process.cwd())
    return true
  } catch {
    console.error('\n!!! THE NPM REGISTRY CANNOT BE REACHED: WHAT test/package SAYS OF THE PACKAGE AS INSTALLED IS NOT TESTED !!!\n')
    return false
  }
}
