import type { DurableResult } from '../measured/durable-job'
import { table } from '../report/table'
import type { InProcessSample } from '../samples'
import { median, rounded } from '../spread'
import { versionOfStore } from './subjects'

export interface HttpCount {
  readonly visit: string
  readonly subject: string
  readonly perSecond: number
  /** Responses other than 2xx, and requests without a response. */
  readonly failures: number
}

export interface Size extends DurableResult {
  readonly kind: string
  readonly sessions: number
}

/** The medians of the time that a store adds to the floor of the same round, in microseconds. */
export function inProcessTable(samples: readonly InProcessSample[]): string {
  const visits = Array.from(new Set(samples.map(({ visit }) => visit)))
  const subjects = Array.from(new Set(samples.map(({ subject }) => subject))).filter(subject => subject !== 'none')
  const timesOf = (visit: string, subject: string): Map<number, number> =>
    new Map(
      samples
        .filter(sample => sample.visit === visit && sample.subject === subject)
        .map(({ round, microseconds }) => [round, microseconds]),
    )
  const added = (visit: string, subject: string): number => {
    const floor = timesOf(visit, 'none')
    return rounded(median(Array.from(timesOf(visit, subject), ([round, time]) => time - (floor.get(round) as number))))
  }
  const rows = subjects.map(subject => [versionOfStore(subject), ...visits.map(visit => added(visit, subject))])
  return `Microseconds that a visit takes more than without a session, in process:\n\n${table(['store', ...visits], rows, [0])}`
}

export function httpTable(counts: readonly HttpCount[]): string {
  const visits = Array.from(new Set(counts.map(({ visit }) => visit)))
  const subjects = Array.from(new Set(counts.map(({ subject }) => subject)))
  const cell = (visit: string, subject: string): string => {
    const { perSecond, failures } = counts.find(count => count.visit === visit && count.subject === subject) as HttpCount
    return failures > 0 ? `${rounded(perSecond)}, ${failures} failures` : String(rounded(perSecond))
  }
  const rows = subjects.map(subject => [
    subject === 'none' ? 'without a session' : versionOfStore(subject),
    ...visits.map(visit => cell(visit, subject)),
  ])
  return `Requests per second over HTTP, with 10 connections:\n\n${table(['store', ...visits], rows, [0])}`
}

export function sizeTable(sizes: readonly Size[]): string {
  const rows = sizes.map(({ kind, sessions, bytesPerSession, get, set }) => [
    versionOfStore(kind),
    sessions,
    Math.round(bytesPerSession),
    rounded(get),
    rounded(set),
  ])
  const head = ['store', 'sessions', 'bytes on disk per session', 'µs per get', 'µs per set']
  return `Sessions of 200 bytes of data; calls of the store by a promise, at random sessions:\n\n${table(head, rows, [0])}`
}

export function pruneLine(sizes: readonly Size[]): string {
  const lines = sizes.flatMap(({ sessions, prune }) => {
    if (!prune) return []
    const { steps, median, longest, processor, left } = prune
    const each = (times: readonly number[]): string => times.map(ms => rounded(ms)).join(', ')
    return [
      `SqliteStore prunes ${sessions} expired sessions in ${steps} steps. The median step takes ${rounded(median)} ms; ` +
        `the longest ones of ${longest.length} rounds take ${each(longest)} ms, with ${each(processor)} ms of CPU time. ${left} expired sessions are left.`,
    ]
  })
  return lines.join('\n')
}
