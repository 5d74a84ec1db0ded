import { Connection } from './connection'
import { openSite } from './open-site'
import type { Subject } from './subjects'
import { visitNamed } from './visits'

export interface LeftoverJob {
  readonly do: 'leave'
  readonly subject: Subject
  readonly visit: string
  /** Requests before the measurement, and in it. */
  readonly times: number
}

export interface Leftover {
  /** Memory of each request that only a full collection frees. */
  readonly bytes: number
}

/** A collection of V8; with `minor`, of the young generation alone. */
type Collect = (options?: { readonly type: 'minor' }) => void

/** Objects reach the old generation in two collections of the young one. */
const MINOR = 4

/** Measures the memory that requests leave until the next full collection. Only with `--expose-gc`. */
export async function measureLeftover({ subject, visit, times }: LeftoverJob): Promise<Leftover> {
  const collect = global.gc as Collect | undefined
  if (!collect) throw new Error('memory can be measured only with --expose-gc')
  const site = await openSite(subject, visitNamed(visit))
  const connection = new Connection(site.listener, site.cookies)
  await connection.visit(times)
  // The first collection may leave objects that only finalizers and caches held
  collect()
  collect()
  await connection.visit(times)
  for (let minor = 0; minor < MINOR; minor++) collect({ type: 'minor' })
  const before = process.memoryUsage().heapUsed
  collect()
  collect()
  return { bytes: (before - process.memoryUsage().heapUsed) / times }
}
