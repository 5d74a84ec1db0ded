import { randomBytes } from 'node:crypto'
import { resolved } from '../build'
import { Child } from '../child'
import { engines, type Engine } from '../engines'
import { thisMachine, type Machine } from '../machine'
import type { StorePlace } from '../measured/distant-store'
import type { Overlapped, OverlapJob, Ready } from '../measured/overlap/job'
import { YARDSTICK, type Subject } from '../measured/subjects'
import type { OverlapPlan } from '../plans'
import { spreadOf, type Spread } from '../spread'

/** Concurrent requests of one session. */
export interface OverlapRow {
  readonly subject: string
  readonly writers: number
  readonly kilobytes: number
  /** Until the last response, in milliseconds. */
  readonly milliseconds: Spread
  /** Processor time, in milliseconds. */
  readonly processor: Spread
  /** Store calls: reads other than the first of each request, and writes. The maximum of all rounds. */
  readonly gets: number
  readonly writes: number
  /** The minimum of all rounds. */
  readonly kept: number
}

/** The same from several processes, with the session in an engine. */
export interface EngineRow {
  readonly engine: string
  readonly subject: string
  readonly milliseconds: Spread
  readonly kept: number
}

export interface OverlapResult {
  readonly machine: Machine
  readonly plan: OverlapPlan
  /** For growing numbers of writers. */
  readonly writers: readonly OverlapRow[]
  /** For growing sizes of the data. */
  readonly sizes: readonly OverlapRow[]
  readonly engines: readonly EngineRow[]
}

export const OURS = 'resession'
export const COMPARING = 'resession, conditional writes'

interface Measured {
  readonly name: string
  readonly subject: Subject
  readonly compares: boolean
}

const theirs: Subject = { name: YARDSTICK, kind: 'connect', module: 'express-session' }
const ours: Subject = { name: OURS, kind: 'connect', module: 'resession' }

/** In the engines, resession has the conditional writes of `resession/atomic`. */
const subjects: readonly Measured[] = [
  { name: YARDSTICK, subject: theirs, compares: false },
  { name: OURS, subject: ours, compares: false },
  { name: COMPARING, subject: { ...ours, atomic: 'resession/atomic' }, compares: true },
]

type Tell = (progress: string) => void

export async function measureOverlap(plan: OverlapPlan, tell: Tell): Promise<OverlapResult> {
  const machine = thisMachine([theirs, ours], undefined)
  const rowOf = async (subject: Measured, writers: number, bytes: number): Promise<OverlapRow> => {
    tell(`overlap: ${writers} writers, ${bytes} bytes, ${subject.name}`)
    return overlapRow(subject, { writers, bytes }, plan)
  }
  const writers: OverlapRow[] = []
  for (const count of plan.writers) for (const subject of subjects) writers.push(await rowOf(subject, count, SMALL))
  const sizes: OverlapRow[] = []
  for (const size of plan.kilobytes) for (const subject of subjects) sizes.push(await rowOf(subject, plan.atEachSize, size * 1000))
  return { machine, plan, writers, sizes, engines: await inEngines(plan, tell) }
}

/** The size of the data, in bytes. */
const SMALL = 500

async function overlapRow(
  { name, subject, compares }: Measured,
  { writers, bytes }: Pick<OverlapJob, 'writers' | 'bytes'>,
  { rounds, milliseconds }: OverlapPlan,
): Promise<OverlapRow> {
  const job = { do: 'overlap', subject: resolved(subject), writers, bytes, prefix: 'key', place: { milliseconds, compares } } as const
  const results: Overlapped[] = []
  for (let round = 0; round < rounds; round++) results.push(...(await together([job])))
  return {
    subject: name,
    writers,
    kilobytes: bytes / 1000,
    milliseconds: spreadOf(results.map(({ start, end }) => end - start)),
    processor: spreadOf(results.map(({ processor }) => processor)),
    gets: Math.max(...results.map(({ gets }) => gets)),
    writes: Math.max(...results.map(({ writes }) => writes)),
    kept: Math.min(...results.map(({ kept }) => kept)),
  }
}

async function inEngines(plan: OverlapPlan, tell: Tell): Promise<EngineRow[]> {
  const rows: EngineRow[] = []
  for (const engine of plan.processes > 0 ? engines : []) {
    for (const measured of subjects.filter(({ name }) => name !== OURS)) {
      tell(`overlap: ${plan.processes} processes, ${measured.name} in ${engine.name}`)
      const row = await engineRow(engine, measured, plan)
      if (row) rows.push(row)
      else tell(`no ${engine.name} at ${engine.url}: nothing is measured with sessions in it`)
    }
  }
  return rows
}

/** @returns undefined if the engine cannot be reached */
async function engineRow(engine: Engine, measured: Measured, plan: OverlapPlan): Promise<EngineRow | undefined> {
  const line = await engine.connect(engine.url).catch(() => undefined)
  if (!line) return undefined
  const wall: number[] = []
  const kept: number[] = []
  try {
    for (let round = 0; round < plan.rounds; round++) {
      const prefix = `resession_benchmark_${randomBytes(8).toString('hex')}`
      const place: StorePlace = { engine: engine.name, url: engine.url, prefix }
      const results = await together(jobsIn(place, measured, plan)).finally(() => line.clear(prefix))
      wall.push(Math.max(...results.map(({ end }) => end)) - Math.min(...results.map(({ start }) => start)))
      kept.push(results.reduce((sum, { kept }) => sum + kept, 0))
    }
  } finally {
    await line.close()
  }
  return { engine: engine.name, subject: measured.name, milliseconds: spreadOf(wall), kept: Math.min(...kept) }
}

function jobsIn(place: StorePlace, { subject }: Measured, { processes, writersEach: writers }: OverlapPlan): OverlapJob[] {
  const names = Array.from({ length: processes }, (_, at) => `process-${at}`)
  return names.map(prefix => ({ do: 'overlap', subject: resolved(subject), writers, bytes: SMALL, prefix, place }))
}

/** Begins in all processes at the same time, and counts the kept changes when all are done. */
async function together(jobs: readonly OverlapJob[]): Promise<Overlapped[]> {
  const children: Child[] = []
  try {
    // One after the other: the first creates the table, and each writes the sessions that must exist before
    for (const job of jobs) {
      const child = new Child(job)
      children.push(child)
      await child.answer<Ready>()
    }
    await Promise.all(children.map(async child => child.ask<Ready>()))
    return await Promise.all(children.map(async child => child.ask<Overlapped>()))
  } finally {
    for (const child of children) child.end()
  }
}
