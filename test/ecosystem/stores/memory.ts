import type { Neighbour, Store } from '../neighbour'

export const memory: readonly Neighbour[] = [
  {
    title: 'memorystore 1.6.7',
    packages: { memorystore: '1.6.7' },
    inProcess: true,
    shortest: 100,
    make: ({ load, session }) => {
      const MemoryStore = load<(session: unknown) => new (options: object) => Store & { stopInterval(): void }>('memorystore')(session)
      const store = new MemoryStore({ checkPeriod: 86_400_000 })
      return { store, close: () => store.stopInterval() }
    },
  },
]
