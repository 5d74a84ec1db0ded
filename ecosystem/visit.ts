import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Engine } from '../test/support/engine-servers/engine'
import type { Task, Word } from './host'

/** The result of each scenario: undefined if it passed, otherwise the reason of its failure. */
export type Results = Map<string, string | undefined>

/** The time limit of a scenario, in milliseconds. */
const PATIENCE = 120_000

/** Runs scenarios in a process, and goes on in another one if they end it. */
export async function visit(task: Task, engine: Engine | undefined): Promise<Results> {
  const results: Results = new Map()
  let left = task.scenarios
  while (left.length > 0) {
    const playing = await playIn({ ...task, scenarios: left }, engine, results)
    if (playing === undefined) break
    left = left.slice(left.indexOf(playing.name) + 1)
    results.set(playing.name, playing.why)
  }
  return results
}

interface Broken {
  readonly name: string
  readonly why: string
}

/** @returns the scenario in which the process ended, if it did */
async function playIn(task: Task, engine: Engine | undefined, results: Results): Promise<Broken | undefined> {
  const child = fork(join(__dirname, 'host.ts'), { execArgv: ['--require', 'tsx/cjs'], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', text => (said = (said + String(text)).slice(-4000)))
  let playing: string | undefined
  let late = false
  let timer: NodeJS.Timeout | undefined
  child.on('message', (word: Word) => {
    if ('order' in word) return void obey(word.order, engine, child)
    clearTimeout(timer)
    if ('ends' in word) return void results.set(word.ends, word.error)
    playing = word.begins
    timer = setTimeout(() => (late = child.kill('SIGKILL')), PATIENCE)
  })
  child.send(task)
  const code = await new Promise<number | null>(resolve => child.once('exit', resolve))
  clearTimeout(timer)
  if (code === 0) return undefined
  await engine?.start()
  const name = playing && !results.has(playing) ? playing : (task.scenarios.find(name => !results.has(name)) as string)
  return { name, why: late ? 'came to no end' : `ended the process: ${reason(said)}` }
}

async function obey(order: 'stop' | 'start', engine: Engine | undefined, child: ChildProcess): Promise<void> {
  await engine?.[order]()
  // It may have been ended meanwhile, after the time limit
  if (child.connected) child.send('done')
}

/** The line of a crashed process that names the error, without ports, which differ in each run. */
function reason(said: string): string {
  const lines = said.split('\n').map(line => line.trim().replace(/127\.0\.0\.1:\d+/, 'its engine'))
  return lines.find(line => /^\w*Error\b|^error:/i.test(line)) ?? lines.find(Boolean) ?? 'without a word'
}
