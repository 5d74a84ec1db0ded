import Mocha = require('mocha')
import { listedTests } from './compatibility'

/** Holds what express-session fails against docs/compatibility.md: a run is good when it fails the tests that stand there, and no others. */
export = class UpstreamReporter extends Mocha.reporters.Base {
  readonly #failed = new Set<string>()
  readonly #ran = new Set<string>()

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    runner.on('test', test => this.#ran.add(test.fullTitle()))
    runner.on('fail', test => this.#failed.add(test.fullTitle()))
  }

  override done(_failures: number, finish?: (failures: number) => void): void {
    const listed = listedTests()
    const unlisted = [...this.#failed].filter(title => !listed.has(title))
    const outdated = [...listed].filter(title => this.#ran.has(title) && !this.#failed.has(title))
    const unknown = [...listed].filter(title => !this.#ran.has(title))
    for (const title of unlisted) console.log(`express-session fails, docs/compatibility.md does not say so: ${title}`)
    for (const title of outdated) console.log(`express-session passes, docs/compatibility.md says it fails: ${title}`)
    for (const title of unknown) console.log(`docs/compatibility.md names a test that was not run: ${title}`)
    const wrong = unlisted.length + outdated.length + unknown.length
    console.log(`express-session: ${this.#ran.size - this.#failed.size} pass, ${this.#failed.size - unlisted.length} fail as documented`)
    console.log(`  ${this.#ran.size - wrong} passing\n  ${wrong} failing`)
    finish?.(wrong)
  }
}
