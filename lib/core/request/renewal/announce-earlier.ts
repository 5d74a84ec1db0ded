import { announceReused, announceUnknown } from '../../events/announce'
import type { Read } from '../../record/snapshot'
import type { Host } from '../../session/session'
import type { ExchangeState } from '../exchange-state'
import { isGraceOver, type Whereabouts } from './whereabouts'

/**
 * Tells of a request with an earlier ID, unless it continues with the session.
 *
 * @param read the record of the earlier ID
 * @param found undefined if the session has ended, or the grace has
 */
export function announceEarlier<H extends Host>(exchange: ExchangeState<H>, read: Read, found: Whereabouts | undefined): void {
  if (found?.current) return
  if (found || isGraceOver(exchange.sentId as string, read)) announceReused(exchange, read.marks)
  else announceUnknown(exchange)
}
