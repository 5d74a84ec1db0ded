import { growthBars } from '../growth/bars'
import { barsOf } from '../bars'
import type { HttpRow } from '../summary'
import { barsTable } from './bars-table'
import { digits, whole } from './figures'
import type { Result } from './result'
import { table } from './table'

/** The packages that a user chooses between, and a session without a package. */
const CHOICES = [
  'resession',
  'express-session',
  'manual',
  'cookie-session',
  '@fastify/session',
  'resession/koa',
  'koa-session',
  'koa, manual',
] as const

const NAMES: Readonly<Record<string, string>> = { manual: 'written manually', 'koa, manual': 'Koa, written manually' }
const READ = 'resumed read'
const WRITE = 'resumed write'

/** The most important results for a user. */
export function leadMarkdown(result: Result): string {
  const { machine } = result
  return [
    `Measured on ${machine.when} with Node ${machine.node.slice(1)} on ${machine.processor}, ${machine.cores} cores.`,
    factsOf(result)
      .map(fact => `- ${fact}`)
      .join('\n'),
    choicesTable(result),
  ].join('\n\n')
}

function factsOf({ http, memory }: Result): string[] {
  const rate = (visit: string): string | undefined => {
    const [ours, theirs, bare] = ['resession', 'express-session', 'none'].map(subject => requestsOf(http, visit, subject))
    if (ours === undefined || theirs === undefined || bare === undefined) return undefined
    return `${whole(ours)} per second with resession, ${whole(theirs)} with express-session, ${whole(bare)} without sessions.`
  }
  const bytes = (subject: string): number | undefined => memory.find(row => row.subject === subject)?.bytesPerSession.median
  const [ours, theirs] = [bytes('resession'), bytes('express-session')]
  const rates = {
    [READ]: 'Requests that read a session',
    [WRITE]: 'Requests that change a session',
    anonymous: 'Requests without a session',
  }
  return [
    ...Object.entries(rates).map(([visit, what]) => {
      const figures = rate(visit)
      return figures && `**${what}:** ${figures}`
    }),
    ours && theirs && `**Memory for one session:** ${whole(ours)} bytes in the memory store, ${whole(theirs)} with express-session.`,
  ].filter(fact => typeof fact === 'string')
}

function requestsOf(http: readonly HttpRow[], visit: string, subject: string): number | undefined {
  return http.find(row => row.visit === visit && row.subject === subject)?.requestsPerSecond.median
}

/** The time that each choice adds to a request. */
function choicesTable({ inProcess, http }: Result): string {
  const added = (visit: string, subject: string): string | undefined => {
    const row = inProcess.find(row => row.visit === visit && row.subject === subject)
    return row?.added && digits(row.added.median)
  }
  return table(
    ['', 'µs added to a read', 'µs added to a change', 'reads per second over HTTP'],
    CHOICES.filter(subject => added(READ, subject)).map(subject => {
      const requests = requestsOf(http, READ, subject)
      return [NAMES[subject] ?? subject, added(READ, subject), added(WRITE, subject), requests && whole(requests)]
    }),
    [0],
  )
}

/** The targets of the project. */
export function barsMarkdown(result: Result): string {
  return ['### Time, requests and memory', barsTable(barsOf(result)), '### Growth', barsTable(growthBars(result.growth))].join('\n\n')
}
