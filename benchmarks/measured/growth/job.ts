import type { Observed } from '../observe'
import type { Subject } from '../subjects'
import { hits, type HitsJob } from './hits'
import { prune, type PruneJob } from './prune'
import { timeStore, type StoreJob } from './store'
import { timeVisits, type VisitsJob } from './visits'

/** One point of a curve, or of several. */
export type GrowthJob = { readonly do: 'grow'; readonly subject: Subject } & Growing

export type Growing = StoreJob | PruneJob | HitsJob | VisitsJob

export interface Grown {
  /** By the name of the curve. */
  readonly values: Readonly<Record<string, number>>
  /** For requests: the observations before the timing. */
  readonly before?: readonly Observed[]
}

export async function grow(job: GrowthJob): Promise<Grown> {
  switch (job.what) {
    case 'store':
      return { values: await timeStore(job.subject, job) }
    case 'prune':
      return { values: await prune(job.subject, job) }
    case 'hits':
      return { values: await hits(job.subject, job) }
    case 'visits':
      return timeVisits(job.subject, job)
  }
}
