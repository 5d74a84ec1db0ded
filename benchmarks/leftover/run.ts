// npm run leftover: the memory of a request that only a full collection frees. --quick measures little; nothing is written
import { build, resolved } from '../build'
import { perform } from '../child'
import type { Leftover } from '../measured/leftover-job'
import { subjects } from '../measured/subjects'
import { table } from '../report/table'
import { median } from '../spread'

const VISITS = ['anonymous', 'resumed read', 'resumed write', 'rolling']
const FULL = { rounds: 3, times: 5000 }
const QUICK = { rounds: 1, times: 200 }

async function run(): Promise<void> {
  build()
  const { rounds, times } = process.argv.includes('--quick') ? QUICK : FULL
  const rows: (string | number)[][] = []
  const chosen = subjects.filter(({ name, kind }) => kind === 'koa' || kind === 'koa manual' || name === 'none' || name === 'resession')
  for (const visit of VISITS) {
    for (const subject of chosen) {
      const measured: number[] = []
      for (let round = 0; round < rounds; round++) {
        const { bytes } = await perform<Leftover>({ do: 'leave', subject: resolved(subject), visit, times }, { flags: ['--expose-gc'] })
        measured.push(bytes)
      }
      rows.push([visit, subject.name, Math.round(median(measured))])
    }
  }
  console.log(table(['visit', 'subject', 'bytes left'], rows))
}

run().catch((err: unknown) => {
  console.error(err)
  process.exitCode = 1
})
