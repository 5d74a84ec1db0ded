import type { Store } from '../neighbour'
import type { PublishedStore } from './published-store'

export const files: readonly PublishedStore[] = [
  {
    title: 'session-file-store 1.5.0',
    packages: { 'session-file-store': '1.5.0' },
    make: ({ load, session, folder }) => {
      const FileStore = load<(session: unknown) => new (options: object) => Store>('session-file-store')(session)
      return new FileStore({ path: folder, reapInterval: -1, logFn: () => {} })
    },
  },
]
