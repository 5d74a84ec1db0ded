import fc from 'fast-check'
import ours = require('../../lib')
import { compare, type Tally } from './compare'
import { scenario } from './scenario'
import { World } from './world'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types would be added to those of our own requests
const theirs = require('express-session') as typeof ours

/** Runs random scenarios on both packages. @returns how often each known difference showed */
export async function differential(runs: number, seed?: number): Promise<Tally> {
  const tally: Tally = new Map()
  const property = fc.asyncProperty(scenario, async scenario => {
    compare(scenario, await World.observe(ours, scenario), await World.observe(theirs, scenario), tally)
  })
  await fc.assert(property, { numRuns: runs, ...(seed !== undefined && { seed }) })
  return tally
}

if (require.main === module) {
  const [runs = 20_000, seed] = process.argv.slice(2).map(Number)
  differential(runs, seed).then(
    tally => {
      for (const [id, count] of tally) console.log(`${id}: ${count} visits`)
      console.log(`${runs} sequences, 0 differences outside docs/compatibility.md`)
    },
    (err: Error) => {
      console.error(err.message, '\n', (err.cause as Error | undefined)?.message)
      process.exitCode = 1
    },
  )
}
