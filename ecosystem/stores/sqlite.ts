import { join } from 'node:path'
import type { Store } from '../integration'
import type { PublishedStore } from './published-store'

type Factory = (session: unknown) => new (options: object) => Store

export const sqlite: readonly PublishedStore[] = [
  {
    title: 'connect-sqlite3 0.9.18',
    packages: { 'connect-sqlite3': '0.9.18', sqlite3: '5.1.7' },
    notes: { contract: 'Its `all` selects every row, and expired ones are removed once a day.' },
    make: ({ load, session, folder }) => new (load<Factory>('connect-sqlite3')(session))({ db: 'sessions.db', dir: folder }),
  },
  {
    title: 'better-sqlite3-session-store 0.1.0',
    packages: { 'better-sqlite3-session-store': '0.1.0', 'better-sqlite3': '12.9.0' },
    // It compares whole seconds, both rounded down: a lifetime of one second may be over at once
    shortest: 2000,
    notes: { contract: 'Its `all` returns the rows of its table, expired ones too, with the JSON of the session in `sess`.' },
    make: ({ load, session, folder }) => {
      const Database = load<new (file: string) => object>('better-sqlite3')
      return new (load<Factory>('better-sqlite3-session-store')(session))({ client: new Database(join(folder, 'sessions.db')) })
    },
  },
]
