import Mocha = require('mocha')
import { relative } from 'node:path'
import { ROOT } from './suites'

type Timed = Pick<Mocha.Runnable, 'file' | 'duration'>

/** Mocha's reporter `dot`, and a line for each of the ten files whose tests and hooks have taken longest, which the summary of a suite repeats. */
export = class Reporter extends Mocha.reporters.Dot {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    const taken = new Map<string, number>()
    const add = ({ file, duration = 0 }: Timed): void => {
      if (file) taken.set(file, (taken.get(file) ?? 0) + duration)
    }
    runner.on('pass', add).on('fail', add).on('hook end', add)
    runner.once('end', () => {
      const slowest = [...taken].sort(([, one], [, other]) => other - one).slice(0, 10)
      for (const [file, milliseconds] of slowest)
        console.log(`SLOW: ${(milliseconds / 1000).toFixed(1).padStart(7)} s  ${relative(ROOT, file)}`)
    })
  }
}
