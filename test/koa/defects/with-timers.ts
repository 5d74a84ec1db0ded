import { Timers } from '../../support/timers'
import type { Defect, World } from './defect'

/** @param visits turns the timers that the middleware and its store set */
export function withTimers(visits: (world: World, timers: Timers) => Promise<unknown>): Defect['visits'] {
  return async world => {
    const timers = new Timers()
    try {
      return await visits(world, timers)
    } finally {
      Timers.restore()
    }
  }
}
