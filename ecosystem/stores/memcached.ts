import type { Store } from '../integration'
import type { PublishedStore } from './published-store'

type Factory = (session: unknown) => new (options: object) => Store

export const memcached: readonly PublishedStore[] = ['2.0.0', '3.0.0'].map(version => {
  const name = `connect-memcached-${version.split('.')[0]}`
  return {
    title: `connect-memcached ${version}`,
    engine: 'memcached',
    packages: { [name]: `npm:connect-memcached@${version}` },
    forgets: true,
    lacks: ['all'],
    // It rounds seconds down, to zero, which means no expiry; and the engine's clock ticks by the second
    shortest: 3000,
    notes: {
      contract:
        'Its `touch` is a `set`; the engine takes a lifetime of more than 30 days for a date, which is long past; and its `length` gives statistics.',
    },
    make: ({ load, session, port, name: prefix }) => new (load<Factory>(name)(session))({ hosts: [`127.0.0.1:${port}`], prefix }),
  }
})
