import { EVENT_NAMES, type Listeners } from '../diagnostics/session-events'
import { optionError } from '../errors/option-errors'

const EXAMPLE = 'write on: { ended: event => console.log(event.handle, event.why) }, for example'

/** @throws TypeError for listeners that are never called */
export function settleListeners(on: Listeners | undefined): Listeners | undefined {
  if (on === undefined) return undefined
  if (typeof on !== 'object' || on === null) throw optionError('on', 'be an object of functions', on, EXAMPLE)
  for (const [name, listener] of Object.entries(on)) {
    if (!(EVENT_NAMES as readonly string[]).includes(name))
      throw new TypeError(`on option must have functions for ${EVENT_NAMES.join(', ')}, and has "${name}"`)
    if (listener !== undefined && typeof listener !== 'function') throw optionError(`on.${name}`, 'be a function', listener, EXAMPLE)
  }
  return on
}
