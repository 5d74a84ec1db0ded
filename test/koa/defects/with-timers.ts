import { Timers } from '../../support/timers'
import type { Defect, World } from './defect'

/** @param visits fires the timers of the middleware and its store */
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
