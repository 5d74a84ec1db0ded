import type { Store } from '../integration'
import type { PublishedStore } from './published-store'

export const memory: readonly PublishedStore[] = [
  {
    title: 'memorystore 1.6.7',
    packages: { memorystore: '1.6.7' },
    inProcess: true,
    shortest: 500,
    make: ({ load, session }) => {
      const MemoryStore = load<(session: unknown) => new (options: object) => Store>('memorystore')(session)
      return new MemoryStore({ checkPeriod: 86_400_000 })
    },
  },
]
