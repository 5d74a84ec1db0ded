import { suiteNeeds } from '../support/suite-needs'
import { run } from './run'

/** Called in each suite that installs packages: skips the suite if the npm registry cannot be reached. */
export function needsRegistry(): void {
  suiteNeeds('the npm registry', async () =>
    run('npm', ['view', 'depd', 'name', '--prefer-online', '--fetch-retries=0', '--fetch-timeout=20000'], process.cwd()),
  )
}
