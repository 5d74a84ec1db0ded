import type { InProcessRow } from '../summary'
import { digits } from './figures'
import { table } from './table'

/** The packages that can be chosen instead of each of ours. */
export const PEERS: Readonly<Record<string, readonly string[]>> = {
  resession: ['express-session', 'manual'],
  'resession/koa': ['koa-session', 'koa-generic-session', 'koa, manual'],
  'resession/koa, promises': ['koa-session', 'koa-generic-session'],
  'resession/koa, cookie': ['koa-session, cookie'],
}

/** Why a peer can be ahead. */
export const REASONS: Readonly<Record<string, string>> = {
  manual: 'no options, no `req.session`, no errors handled, and requests that overlap lose data',
  'koa, manual': 'no options, no `ctx.session`, no errors handled, and requests that overlap lose data',
  'koa-session': 'no timeout of the store, a checksum in place of a comparison, and requests that overlap lose data',
  'koa-session, cookie': 'no check of the size, and no name that is reserved for data of the app',
}

/** A row for each of ours, each peer and each visit; with the reason if the peer is ahead. */
export function comparedTable(rows: readonly InProcessRow[]): string {
  const added = (visit: string, subject: string) => rows.find(row => row.visit === visit && row.subject === subject)?.added?.median
  const visits = [...new Set(rows.map(({ visit }) => visit))]
  const compared = visits.flatMap(visit =>
    Object.entries(PEERS).flatMap(([subject, peers]) =>
      peers.flatMap(peer => {
        const [own, other] = [added(visit, subject), added(visit, peer)]
        if (own === undefined || other === undefined) return []
        const ratio = own / other
        const why = ratio > 1 ? (REASONS[peer] ?? 'not explained') : undefined
        return [[visit, subject, peer, digits(own), digits(other), ratio.toFixed(2), why]]
      }),
    ),
  )
  return table(['visit', 'subject', 'compared with', 'added', 'by the other', 'ratio', 'why the other is ahead'], compared, [0, 1, 2, 6])
}
