import cluster from 'node:cluster'
import { diagnose, type Diagnosed } from '../diagnostics/diagnose'

/** The key that marks a store in the memory of the process. Its value tells whether the number of sessions is limited. */
export const IN_MEMORY = Symbol('resession.in-memory')

/** Reports a store that is not suited to its use. */
export function adviseOnStore(store: object, about: Diagnosed): void {
  const memory = (store as { [IN_MEMORY]?: { readonly isBounded: boolean } })[IN_MEMORY]
  if (!memory) return
  if (cluster.isWorker) {
    diagnose(about, 'memory-store-in-cluster', () => {
      const what = 'MemoryStore is used in a cluster worker: each worker has sessions of its own, so a client loses its session at random'
      return `${what}. Use a store that the workers share, such as connect-redis.`
    })
  }
  if (process.env.NODE_ENV === 'production' && !memory.isBounded) {
    diagnose(about, 'memory-store-in-production', () => {
      const what =
        'MemoryStore is used in production: a restart ends all sessions, its memory is not bounded, and no other process sees them'
      return `${what}. Use a store such as connect-redis; for a single process, write new MemoryStore({ max: 10_000 }).`
    })
  }
}
