import session = require('../../../lib')
import type { Connect, Store } from './engine'

/** In the memory of the one process, each store for itself. */
export const connect: Connect = async () => {
  const stores: InstanceType<typeof session.MemoryStore>[] = []
  const make = (): Store => {
    const store = new session.MemoryStore()
    stores.push(store)
    return store as never
  }
  return {
    prepare: async () => {},
    plain: make,
    atomic: make,
    contents: async () => new Map(stores.flatMap(({ sessions }) => Object.entries(sessions as Record<string, string>))),
    remove: async () => {},
    close: async () => {},
  }
}
