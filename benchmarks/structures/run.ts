// npm run structures: compares generic structures of this package with libraries. --quick measures little; nothing is written
import { table } from '../report/table'
import { median, rounded } from '../spread'
import { installPackages, PACKAGES } from './packages'
import { pairs, type Pair } from './pairs'

const FULL = { rounds: 7, times: 50_000 }
const QUICK = { rounds: 1, times: 1000 }

async function nanoseconds(operation: Pair['ours'], times: number): Promise<number> {
  const began = process.hrtime.bigint()
  await operation(times)
  return Number(process.hrtime.bigint() - began) / times
}

async function run(): Promise<void> {
  const { rounds, times } = process.argv.includes('--quick') ? QUICK : FULL
  const rows: (string | number)[][] = []
  for (const { structure, library, ours, theirs } of pairs(installPackages())) {
    const measured = { ours: [] as number[], theirs: [] as number[] }
    for (let round = 0; round < rounds; round++) {
      measured.ours.push(await nanoseconds(ours, times))
      measured.theirs.push(await nanoseconds(theirs, times))
    }
    const [own, other] = [median(measured.ours), median(measured.theirs)]
    rows.push([structure, `${library} ${PACKAGES[library as keyof typeof PACKAGES]}`, rounded(own), rounded(other), rounded(other / own)])
  }
  console.log(table(['structure', 'library', 'ns per operation', 'ns with the library', 'ratio'], rows, [0, 1]))
}

run().catch((err: unknown) => {
  console.error(err)
  process.exitCode = 1
})
