import Mocha = require('mocha')
import { listedProofs } from './documented-differences'

/** Compares the failures of express-session with differences.md: a run is good if it fails the tests that are listed, and no others. */
export = class DifferencesReporter extends Mocha.reporters.Base {
  readonly #failed = new Set<string>()
  readonly #ran = new Set<string>()

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    runner.on('test', test => this.#ran.add(test.fullTitle()))
    runner.on('fail', test => this.#failed.add(test.fullTitle()))
  }

  override done(_failures: number, finish?: (failures: number) => void): void {
    const proofs = listedProofs()
    const unlisted = [...this.#failed].filter(title => !proofs.some(proof => proof.matches(title)))
    const complaints = unlisted.map(title => `express-session fails, differences.md does not say so: ${title}`)
    for (const { line, each, matches } of proofs) {
      const ran = [...this.#ran].filter(matches)
      const passed = ran.filter(title => !this.#failed.has(title))
      if (ran.length === 0) complaints.push(`differences.md names a test that was not run: ${line}`)
      else if (each) complaints.push(...passed.map(title => `express-session passes, differences.md says it fails: ${title}`))
      else if (passed.length === ran.length) complaints.push(`express-session passes all, differences.md says it fails some: ${line}`)
    }
    for (const complaint of complaints) console.log(complaint)
    console.log(`express-session: ${this.#ran.size - this.#failed.size} pass, ${this.#failed.size - unlisted.length} fail as documented`)
    console.log(`  ${this.#ran.size} passing\n  ${complaints.length} failing`)
    finish?.(complaints.length)
  }
}
