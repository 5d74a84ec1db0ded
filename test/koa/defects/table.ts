import { COOKIES } from './cookies'
import { DEFER } from './defer'
import type { Defect } from './defect'
import { IDS } from './ids'
import { OUTAGE } from './outage'
import { STORES } from './stores'

/** All defects, by subject. */
export const DEFECTS: Readonly<Record<string, readonly Defect[]>> = {
  cookies: COOKIES,
  'ids and records': IDS,
  'sessions that are read later': DEFER,
  stores: STORES,
  outages: OUTAGE,
}
