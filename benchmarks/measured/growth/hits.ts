import { Connection } from '../connection'
import { memoryInUse } from '../fill-store'
import { openSite } from '../open-site'
import type { Subject } from '../subjects'
import { visitNamed } from '../visits'

export interface HitsJob {
  readonly what: 'hits'
  readonly hits: number
}

/** Requests before memory is first measured, so that neither compilation nor filling caches are counted. */
const PRACTICE = 20_000

/** What remains of requests without a session. Only with `--expose-gc`. */
export async function hits(subject: Subject, { hits }: HitsJob): Promise<Record<string, number>> {
  const site = await openSite(subject, visitNamed('anonymous'))
  const connection = new Connection(site.listener, site.cookies)
  await connection.visit(Math.min(hits, PRACTICE))
  const before = memoryInUse()
  await connection.visit(hits)
  const growth = memoryInUse() - before
  return { 'records left': Object.keys(await site.records()).length, 'growth of the heap, MB': growth / 1e6 }
}
