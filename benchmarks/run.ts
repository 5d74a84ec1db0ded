import { compare } from './against/compare'
import { againstTable } from './against/rows'
import { build } from './build'
import { coresForTwo } from './child'
import { readCommandLine, type Choice } from './command-line'
import { growthMarkdown } from './growth/markdown'
import { measureGrowth } from './growth/measure'
import { growthRows } from './growth/rows'
import { thisMachine } from './machine'
import { secondsOf } from './estimate'
import { agree, measureInProcess } from './in-process'
import { measureHttp, measureMemory } from './measure'
import { measureDistant } from './distant'
import { overlapMarkdown } from './overlap/markdown'
import { measureOverlap } from './overlap/measure'
import { writeOverlap } from './overlap/write'
import { Progress } from './progress'
import { markdownOf } from './report/markdown'
import type { Result } from './report/result'
import { writeResult } from './report/write'
import { measureSideBySide } from './side-by-side'
import { distantRows, httpRows, inProcessRows, memoryRows, sideBySideRows } from './summary'

/** Runs the selected measurements; README.md explains the results. */
async function run(choice: Choice): Promise<void> {
  if (choice.against !== undefined) return console.log(againstTable(await compare(choice, choice.against, say)))
  build()
  if (choice.subjects.length > 0 || choice.growth.length > 0) {
    const result = await measured(choice)
    if (choice.subjects.length > 0) console.log(markdownOf(result))
    if (result.growth.length > 0) console.log(growthMarkdown(result))
    if (choice.complete) await writeResult(result, __dirname)
  }
  if (!choice.overlap) return
  const overlap = await measureOverlap(choice.plan.overlap, say)
  console.log(overlapMarkdown(overlap))
  if (choice.writesOverlap) await writeOverlap(overlap, __dirname)
}

async function measured(choice: Choice): Promise<Result> {
  const { subjects, plan } = choice
  const cores = coresForTwo()
  const machine = thisMachine(subjects, cores)
  const progress = new Progress(secondsOf(choice), say)
  say('looking whether the subjects do the same')
  const { expected, samples } = await agree(choice)
  return {
    machine,
    plan,
    inProcess: inProcessRows(plan.inProcess.apart ? await measureInProcess(choice, progress.of('inProcess')) : samples, subjects),
    sideBySide: sideBySideRows(await measureSideBySide(choice, expected, progress.of('sideBySide'))),
    http: httpRows(await measureHttp(choice, expected, cores, progress.of('http')), subjects),
    distant: distantRows(await measureDistant(choice, expected, cores, progress.of('distant')), choice.distantSubjects),
    memory: memoryRows(await measureMemory(choice, progress.of('memory')), subjects),
    growth: growthRows(await measureGrowth(choice.growth, plan.growth, progress.of('growth')), choice.growth),
  }
}

function say(progress: string): void {
  console.error(progress)
}

function fail(err: unknown): void {
  const reasons: unknown[] = err instanceof AggregateError ? err.errors : [err]
  for (const reason of reasons) console.error(reason instanceof Error ? reason.message : reason)
  process.exitCode = 1
}

try {
  run(readCommandLine(process.argv.slice(2))).catch(fail)
} catch (err) {
  fail(err)
}
