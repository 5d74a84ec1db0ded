import type { Host } from '../session/session'
import type { Settings } from './settings'

/**
 * The settings of one request: the shared ones, except for these. A copy of all would take several microseconds.
 *
 * @param own the same names for all requests
 */
export function settingsWith<H extends Host>(shared: Settings<H>, own: Partial<Settings<H>>): Settings<H> {
  return Object.assign(Object.create(shared) as Settings<H>, own)
}
