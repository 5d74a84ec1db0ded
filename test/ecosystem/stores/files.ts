import type { Neighbour, Store } from '../neighbour'

export const files: readonly Neighbour[] = [
  {
    title: 'session-file-store 1.5.0',
    packages: { 'session-file-store': '1.5.0' },
    make: ({ load, session, folder }) => {
      const FileStore = load<(session: unknown) => new (options: object) => Store>('session-file-store')(session)
      return { store: new FileStore({ path: folder, reapInterval: -1, logFn: () => {} }), close: () => {} }
    },
  },
]
