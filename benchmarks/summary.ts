import { YARDSTICK, yardstickOf, type Subject } from './measured/subjects'
import type { Distant } from './distant'
import type { EngineName } from './measured/protocols'
import type { HttpSample, InProcessSample, MemorySample, SideBySideSample } from './samples'
import { rounded, spreadOf, type Spread } from './spread'

export interface InProcessRow {
  readonly visit: string
  readonly subject: string
  /** Per visit. */
  readonly microseconds: Spread
  /** The floor below it. */
  readonly over?: string
  /** The time without that of the floor in the same round. */
  readonly added?: Spread
  /** The share of the yardstick's added time. */
  readonly share?: number
  readonly yardstick?: string
}

export interface SideBySideRow {
  readonly visit: string
  readonly subject: string
  readonly beside: string
  /** Of processor time, per visit. */
  readonly microseconds: Spread
  readonly besideMicroseconds: Spread
  readonly ratio: Spread
}

export interface HttpRow {
  readonly visit: string
  readonly subject: string
  readonly requestsPerSecond: Spread
  /** The share of the floor's requests. */
  readonly ofFloor?: number
  /** The number of requests per request of the yardstick. */
  readonly timesYardstick?: number
  readonly processor: Spread
  readonly serverBusy: Spread
  readonly clientBusy: Spread
}

export interface DistantRow {
  readonly engine: EngineName
  readonly visit: string
  readonly subject: string
  /** The number of requests to the engine. */
  readonly asked: number
  readonly half: Spread
  /** The time without that of the floor in the same round, in microseconds, and its ratio to the smallest round trip. */
  readonly beyond?: Spread
  readonly roundTrips?: number
  readonly most: Spread
  /** The ratio to the yardstick's in the same round. */
  readonly ofYardstick: Spread
}

export interface DistantRows extends Omit<Distant, 'samples'> {
  readonly rows: readonly DistantRow[]
}

export interface MemoryRow {
  readonly sessions: number
  readonly subject: string
  readonly bytesPerSession: Spread
  /** The share of the yardstick's memory. */
  readonly share?: number
}

export function inProcessRows(samples: readonly InProcessSample[], subjects: readonly Subject[]): InProcessRow[] {
  return groupsOf(samples, ({ visit }) => visit).flatMap(group => {
    const roundsOf = (subject: string) => group.filter(sample => sample.subject === subject).map(({ microseconds }) => microseconds)
    const rows = present(subjects, group).map((subject): InProcessRow => {
      const { name, floor } = subject
      const own = roundsOf(name)
      const floors = floor === undefined ? [] : roundsOf(floor)
      const row = { visit: group[0].visit, subject: name, microseconds: spreadOf(own) }
      if (floor === undefined || floors.length === 0) return row
      const added = spreadOf(own.map((time, round) => time - (floors[round] as number)))
      return { ...row, over: floor, added, yardstick: yardstickOf(subject) }
    })
    return withShares(rows, ({ added }) => added?.median)
  })
}

export function sideBySideRows(samples: readonly SideBySideSample[]): SideBySideRow[] {
  return groupsOf(samples, ({ visit, subject, beside }) => [visit, subject, beside].join('\n')).map(group => {
    const [{ visit, subject, beside }] = group
    const spread = (key: 'microseconds' | 'besideMicroseconds' | 'ratio') => spreadOf(group.map(sample => sample[key]))
    return {
      visit,
      subject,
      beside,
      microseconds: spread('microseconds'),
      besideMicroseconds: spread('besideMicroseconds'),
      ratio: spread('ratio'),
    }
  })
}

export function httpRows(samples: readonly HttpSample[], subjects: readonly Subject[]): HttpRow[] {
  return groupsOf(samples, ({ visit }) => visit).flatMap(group => {
    const spread = (subject: string, key: 'requestsPerSecond' | 'processor' | 'serverBusy' | 'clientBusy') =>
      spreadOf(group.filter(sample => sample.subject === subject).map(sample => sample[key]))
    const yardstick = spread(YARDSTICK, 'requestsPerSecond').median
    return present(subjects, group).map(({ name, floor }) => {
      const requestsPerSecond = spread(name, 'requestsPerSecond')
      return {
        visit: group[0].visit,
        subject: name,
        requestsPerSecond,
        ...(floor !== undefined && { ofFloor: rounded(requestsPerSecond.median / spread(floor, 'requestsPerSecond').median) }),
        timesYardstick: rounded(requestsPerSecond.median / yardstick),
        processor: spread(name, 'processor'),
        serverBusy: spread(name, 'serverBusy'),
        clientBusy: spread(name, 'clientBusy'),
      }
    })
  })
}

export function distantRows(distant: Distant | undefined, subjects: readonly Subject[]): DistantRows | undefined {
  if (!distant) return undefined
  const { samples, ...rest } = distant
  const rows = groupsOf(samples, ({ engine, visit }) => [engine, visit].join('\n')).flatMap(group => {
    const [{ engine, visit }] = group
    const far = rest.engines.find(({ name }) => name === engine)?.far ?? NaN
    const roundsOf = (subject: string, key: 'half' | 'most' | 'asked') =>
      group.filter(sample => sample.subject === subject).map(sample => sample[key])
    const yardstick = roundsOf(YARDSTICK, 'half')
    return present(subjects, group).map(({ name, floor }): DistantRow => {
      const own = roundsOf(name, 'half')
      const floors = floor === undefined ? [] : roundsOf(floor, 'half')
      const beyond = floors.length > 0 ? spreadOf(own.map((time, round) => time - (floors[round] as number))) : undefined
      return {
        engine,
        visit,
        subject: name,
        asked: rounded(spreadOf(roundsOf(name, 'asked')).median),
        half: spreadOf(own),
        ...(beyond && { beyond, roundTrips: rounded(beyond.median / far) }),
        most: spreadOf(roundsOf(name, 'most')),
        ofYardstick: spreadOf(own.map((time, round) => time / (yardstick[round] as number))),
      }
    })
  })
  return { ...rest, rows }
}

export function memoryRows(samples: readonly MemorySample[], subjects: readonly Subject[]): MemoryRow[] {
  return groupsOf(samples, ({ sessions }) => sessions).flatMap(group => {
    const rows = present(subjects, group).map(({ name }) => ({
      sessions: group[0].sessions,
      subject: name,
      bytesPerSession: spreadOf(group.filter(({ subject }) => subject === name).map(sample => sample.bytesPerSession)),
    }))
    return withShares(rows, row => row.bytesPerSession.median)
  })
}

/** Adds the shares of the cost of each row's own yardstick. */
function withShares<Row extends { readonly subject: string; readonly yardstick?: string }>(
  rows: readonly Row[],
  cost: (row: Row) => number | undefined,
): (Row & { share?: number })[] {
  return rows.map(row => {
    const yardstick = rows.find(({ subject }) => subject === (row.yardstick ?? YARDSTICK))
    const whole = yardstick && cost(yardstick)
    const own = cost(row)
    return own === undefined || whole === undefined ? row : { ...row, share: rounded(own / whole) }
  })
}

/** The measured subjects of the table, in its order: the order of samples alternates. */
function present(subjects: readonly Subject[], group: readonly { readonly subject: string }[]): Subject[] {
  return subjects.filter(({ name }) => group.some(({ subject }) => subject === name))
}

/** In the order of their first occurrence. */
function groupsOf<Sample>(samples: readonly Sample[], keyOf: (sample: Sample) => string | number): [Sample, ...Sample[]][] {
  const groups = new Map<string | number, [Sample, ...Sample[]]>()
  for (const sample of samples) {
    const group = groups.get(keyOf(sample))
    if (group) group.push(sample)
    else groups.set(keyOf(sample), [sample])
  }
  return Array.from(groups.values())
}
