import { allOf, promised } from '../site'
import type { Subject } from '../subjects'
import { DAY } from '../visits'
import { filled, type Filled } from './filled'

export interface PruneJob {
  readonly what: 'prune'
  readonly sessions: number
  /** Whether the sessions have expired; the floor is the cost without expired sessions. */
  readonly expired: boolean
  /** When the package looks for expired sessions: during writes, one after the other, or when the sessions are counted, all at once. */
  readonly by: 'writes' | 'listing'
}

/** The longest pause of the process while a memory store removes expired sessions, in milliseconds, and how many remain. */
export async function prune(subject: Subject, { sessions, expired, by }: PruneJob): Promise<Record<string, number>> {
  const store = filled(subject, sessions)
  // Collects the garbage of the filling before the measurement
  global.gc?.()
  const now = Date.now
  if (expired) Date.now = () => now() + 2 * DAY
  const act = by === 'writes' ? writes(store) : listing(store)
  const stop = await longestStop(by === 'writes' ? sessions : 2, act)
  Date.now = now
  if (!expired) return { 'longest stop with nothing expired, ms': stop }
  // As if nothing had expired: remaining sessions become visible
  const left = Object.keys(await allOf(store.store)).filter(id => id !== VISITOR).length
  return { 'longest stop, ms': stop, 'expired sessions left': left }
}

const VISITOR = 'a visitor whose session is alive'

function writes({ store, sessionOf }: Filled): () => void {
  const session = sessionOf(0, 2 * DAY)
  return () => store.set(VISITOR, session)
}

function listing({ store }: Filled): () => void {
  return () => void promised(done => store.length(done))
}

/**
 * The longest of so many turns of the event loop, by the clock or by the processor time of all threads, whichever is less: other processes only
 * affect the former, and parallel collectors only the latter.
 */
function longestStop(turns: number, act: () => void): Promise<number> {
  let [longest, left] = [0, turns]
  let wall = performance.now()
  let processor = process.cpuUsage()
  return new Promise(done => {
    setImmediate(function turn() {
      const [now, used] = [performance.now(), process.cpuUsage()]
      const microseconds = used.user + used.system - processor.user - processor.system
      // The first one has no defined start
      if (left < turns) longest = Math.max(longest, Math.min(now - wall, microseconds / 1000))
      wall = now
      processor = used
      if (left-- === 0) return done(longest)
      act()
      setImmediate(turn)
    })
  })
}
