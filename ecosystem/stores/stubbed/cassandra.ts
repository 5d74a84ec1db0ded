import { listening } from '../../../test/support/listening'
import type { PublishedStore } from '../published-store'
import { cassandraStatements } from './cassandra-statements'
import { cassandraWire } from './cassandra-wire'
import { readyStore, type Make } from './ready-store'

let started: Promise<string> | undefined

export const cassandra: readonly PublishedStore[] = [
  {
    title: 'cassandra-store 5.0.0 on a stub of Cassandra',
    packages: { 'cassandra-store': '5.0.0' },
    // It rounds a lifetime down to whole seconds, and Cassandra the time
    shortest: 3000,
    notes: {
      contract:
        'Its `set` needs a callback, and throws an error that cannot be caught; and a session that has expired is kept for ten more minutes.',
    },
    make: async ({ load, name: table }) => {
      // One for the stores of both packages
      const address = await (started ??= listening(cassandraWire(cassandraStatements()), 'cassandra'))
      const clientOptions = { contactPoints: [new URL(address).host], keyspace: 'test' }
      return readyStore(load<Make>('cassandra-store'), { table, clientOptions })
    },
  },
]
