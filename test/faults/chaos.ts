import { Trial, type Tally } from './chaos-trial'

/**
 * Plays random trials. The same seed plays the same trials.
 *
 * @param uncaught errors that no request received
 * @throws Error with the seed of the first trial in which a promise was broken
 */
export async function chaos(trials: number, seed: number, uncaught: unknown[] = []): Promise<Tally> {
  const tally: Tally = { trials: 0, requests: 0, logouts: 0, writes: 0 }
  for (let number = 0; number < trials; number++) {
    const own = (seed + number) >>> 0
    const trial = new Trial(own)
    try {
      const broken = await trial.run(tally)
      const crashes = uncaught.splice(0).map(err => `uncaught: ${String((err as Error)?.stack ?? err)}`)
      const all = [...broken, ...crashes]
      if (all.length > 0) throw new Error(`trial with --seed ${own} (${trial.title}):\n  ${all.join('\n  ')}`)
    } finally {
      trial.close()
    }
  }
  return tally
}

/** `npm run chaos -- 10000 --seed 1`. */
async function main(args: readonly string[]): Promise<void> {
  const at = args.indexOf('--seed')
  const seed = at === -1 ? Math.floor(Math.random() * 2 ** 32) : Number(args[at + 1])
  const [given] = args.filter((_, index) => at === -1 || (index !== at && index !== at + 1))
  const trials = Number(given ?? 10_000)
  if (!Number.isInteger(trials) || !Number.isInteger(seed)) throw new TypeError('usage: npm run chaos -- 10000 --seed 1')
  console.log(`${trials} trials, --seed ${seed}`)
  const uncaught: unknown[] = []
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, err => void uncaught.push(err))
  const { requests, logouts, writes } = await chaos(trials, seed, uncaught)
  console.log(`${requests} requests: 0 of ${logouts} logouts undone, 0 of ${writes} writes lost, no leak, no hang, no crash`)
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((err: Error) => {
    console.error(err.message)
    process.exitCode = 1
  })
}
