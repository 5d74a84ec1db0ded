import type { Room, Store } from '../neighbour'
import type { PublishedStore } from './published-store'

type Make = new (options: object) => Store
/** As far as stores of either client's need it. */
interface Client {
  on(event: 'error', listener: () => void): Client
  connect(): Promise<unknown>
}

/** What clients say of a connection that is gone; without a listener it ends the process. */
const heard = <C extends { on(event: 'error', listener: () => void): unknown }>(client: C): C => (client.on('error', () => {}), client)

const withNodeRedis =
  (pick: (room: Room) => Make, major: string): PublishedStore['make'] =>
  async room => {
    const { createClient } = room.load<{ createClient(options: object): Client }>(clientOf(major))
    // Version 6 speaks to node-redis as that was before its own version 4, which has a mode for it
    const connected = heard(createClient({ legacyMode: major === '6', socket: { port: room.port, host: '127.0.0.1' } }))
    await connected.connect()
    return new (pick(room))({ client: connected, prefix: `${room.name}:` })
  }

const withIoredis =
  (pick: (room: Room) => Make): PublishedStore['make'] =>
  room => {
    const Redis = room.load<{ default: new (port: number) => Client }>('ioredis-5').default
    const client = heard(new Redis(room.port))
    return new (pick(room))({ client, prefix: `${room.name}:` })
  }

const factory =
  (name: string) =>
  ({ load, session }: Room): Make =>
    load<(session: unknown) => Make>(name)(session)

const versions: [version: string, pick: (room: Room) => Make][] = [
  ['6.1.3', factory('connect-redis-6')],
  ['7.1.1', ({ load }) => load<{ default: Make }>('connect-redis-7').default],
  ['8.1.0', ({ load }) => load<{ RedisStore: Make }>('connect-redis-8').RedisStore],
  ['9.0.0', ({ load }) => load<{ RedisStore: Make }>('connect-redis-9').RedisStore],
]

export const redis: readonly PublishedStore[] = versions.flatMap(([version, pick]) => {
  const major = version.split('.')[0] as string
  const packages = { [`connect-redis-${major}`]: `npm:connect-redis@${version}` }
  const withNewClient: PublishedStore = {
    title: `connect-redis ${version} with node-redis`,
    engine: 'redis',
    packages: { ...packages, [clientOf(major)]: major === '9' ? 'npm:redis@5.10.0' : 'npm:redis@4.7.1' },
    make: withNodeRedis(pick, major),
  }
  if (major === '9') return [withNewClient]
  return [
    withNewClient,
    {
      title: `connect-redis ${version} with ioredis`,
      engine: 'redis',
      packages: { ...packages, 'ioredis-5': 'npm:ioredis@5.8.2' },
      make: withIoredis(pick),
    },
  ]
})

/** The one of its time: version 9 is for node-redis 5. */
function clientOf(major: string): string {
  return major === '9' ? 'redis-5' : 'redis-4'
}
