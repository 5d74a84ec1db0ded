import { once } from 'node:events'
import { join } from 'node:path'
import type { Store } from '../integration'
import type { PublishedStore } from './published-store'

type Factory<Options = object> = (session: unknown) => new (options: Options) => Store

export const files: readonly PublishedStore[] = [
  {
    title: 'session-file-store 1.5.0',
    packages: { 'session-file-store': '1.5.0' },
    lacks: ['all'],
    make: ({ load, session, folder }) =>
      new (load<Factory>('session-file-store')(session))({ path: folder, reapInterval: -1, logFn: () => {} }),
  },
  {
    title: 'level-session-store 2.2.0',
    packages: { 'level-session-store': '2.2.0', level: '7.0.1' },
    inProcess: true,
    lacks: ['all'],
    notes: {
      expiry: 'It does not check the expiry of a session.',
      contract:
        'It never looks at the expiry of a session; its `touch` is a `put`; and its `clear` waits for a count that it does not keep, and never answers.',
    },
    make: ({ load, session, folder }) => opened(new (load<Factory<string>>('level-session-store')(session))(join(folder, 'level'))),
  },
  {
    title: 'nedb-session-store 1.1.2',
    packages: { 'nedb-session-store': '1.1.2' },
    inProcess: true,
    notes: {
      contract: 'Its `set` and `destroy` call a callback that was not given, which ends the process. NeDB refuses keys with a dot.',
    },
    make: ({ load, session, folder }) => new (load<Factory>('nedb-session-store')(session))({ filename: join(folder, 'sessions.db') }),
  },
  {
    title: 'connect-loki 1.2.0',
    packages: { 'connect-loki': '1.2.0' },
    inProcess: true,
    lacks: ['all'],
    notes: {
      expiry: 'It does not check the expiry of a session. LokiJS gets its `ttl` as the interval of clean-ups, without an age.',
      contract: 'What it keeps and gives out is the very object of a session, and it never expires.',
    },
    make: ({ load, session, folder }) => opened(new (load<Factory>('connect-loki')(session))({ path: join(folder, 'sessions.db') })),
  },
]

/** Such a store emits an event when its file is open, and fails until then. */
async function opened(store: Store): Promise<Store> {
  await once(store, 'connect')
  return store
}
