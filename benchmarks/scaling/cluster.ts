import type { Capacity } from './capacity'
import type { Row } from './count'
import type { RequestName } from './requests'
import type { SubjectName } from './subjects'

/** The shares of the kinds of requests. */
export const MIX: Readonly<Partial<Record<RequestName, number>>> = { anonymous: 0.15, read: 0.8, write: 0.05 }
export const REQUESTS_PER_SECOND = 1_000_000
/** The maximum load of a core of a primary: the rest is for its replicas, for peaks, and for the loss of another primary. */
export const BUSY = 0.5
/** With `touchAfter`, the number of reads per touch. */
export const READS_PER_TOUCH = 10

/** The store of the sessions, and whether each read touches. */
export interface Setup {
  readonly subject: SubjectName
  readonly touchesRarely: boolean
}

/** The load of a Redis Cluster for one second of a mix. */
export interface Need {
  readonly commands: number
  /** Bytes per second. */
  readonly there: number
  readonly back: number
  /** Cores that Redis keeps busy. */
  readonly cores: number
  readonly primaries: number
}

/** @throws RangeError if something was not measured */
export function needOf(setup: Setup, rows: readonly Row[], { bytes, times }: Capacity): Need {
  const total = { commands: 0, there: 0, back: 0, cores: 0 }
  for (const [request, share] of sharesOf(setup)) {
    const row = rows.find(row => row.bytes === bytes && row.request === request && row.subject === setup.subject)
    if (!row) throw new RangeError(`"${request}" was not counted of ${setup.subject}`)
    const perSecond = share * REQUESTS_PER_SECOND
    total.commands += perSecond * row.cost.commands.length
    total.there += perSecond * row.cost.there
    total.back += perSecond * row.cost.back
    for (const command of row.cost.commands) total.cores += (perSecond * timeOf(command, times)) / 1e6
  }
  return { ...total, primaries: Math.ceil(total.cores / BUSY) }
}

function sharesOf({ touchesRarely }: Setup): [RequestName, number][] {
  const shares = Object.entries(MIX) as [RequestName, number][]
  if (!touchesRarely) return shares
  return shares.flatMap(([request, share]): [RequestName, number][] => {
    if (request !== 'read') return [[request, share]]
    const touching = share / READS_PER_TOUCH
    return [
      ['read', touching],
      ['read, touched lately', share - touching],
    ]
  })
}

function timeOf(command: string, times: Capacity['times']): number {
  const time = times[command]
  if (time === undefined) throw new RangeError(`the time of ${command} was not measured`)
  return time
}
