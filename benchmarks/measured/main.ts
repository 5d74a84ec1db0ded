import { delay, type Asked, type DelayJob } from './delaying-proxy'
import { measureDurable, type DurableJob } from './durable-job'
import { fillStore, type FillJob } from './fill-store'
import { grow, type GrowthJob } from './growth/job'
import { load, type LoadJob } from './http-client'
import { serve, type ServeJob } from './http-server'
import { timeInProcess, type InProcessJob } from './in-process'
import { measureLeftover, type LeftoverJob } from './leftover-job'
import { overlap, type OverlapJob, type Ready } from './overlap/job'
import { askInTurn, type AskJob } from './latency-client'
import { timeSideBySide, type SideBySideJob } from './side-by-side'

/** The job of a process. */
export type Job =
  InProcessJob | SideBySideJob | ServeJob | LoadJob | AskJob | DelayJob | DurableJob | FillJob | GrowthJob | LeftoverJob | OverlapJob

/** The server's processor time so far, in microseconds, user and system: sent for every message after the job. */
export interface ProcessorTime {
  readonly processor: number
}

/** A process measures one thing: its job is its first message, and it sends the result. */
process.once('message', (job: Job) => {
  perform(job).catch((err: unknown) => process.send?.({ error: err instanceof Error ? err.stack : String(err) }))
})
process.once('disconnect', () => process.exit())

async function perform(job: Job): Promise<void> {
  switch (job.do) {
    case 'time':
      return say(await timeInProcess(job))
    case 'compare':
      return say(await timeSideBySide(job))
    case 'ask':
      return say(await askInTurn(job))
    case 'delay': {
      const { port, asked } = await delay(job)
      process.on('message', () => say({ asked: asked() } satisfies Asked))
      return say({ port })
    }
    case 'load':
      return say(await load(job))
    case 'durable':
      return say(await measureDurable(job))
    case 'fill':
      return say(await fillStore(job))
    case 'grow':
      return say(await grow(job))
    case 'leave':
      return say(await measureLeftover(job))
    case 'overlap':
      return say(await overlap(job, begun, begun))
    case 'serve': {
      const { port, cookies, before } = await serve(job)
      process.on('message', () => {
        const { user, system } = process.cpuUsage()
        say({ processor: user + system } satisfies ProcessorTime)
      })
      return say({ port, cookies, before })
    }
  }
}

/** Reports that a step is done, and waits until the others are. */
async function begun(): Promise<void> {
  say({ ready: true } satisfies Ready)
  await new Promise(resolve => process.once('message', resolve))
}

function say(result: object): void {
  process.send?.(result)
}
