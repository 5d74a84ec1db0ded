import type { Room, Store } from '../integration'
import type { PublishedStore } from './published-store'

type Make = new (options: object) => Store
/** The common part of both clients that the stores need. */
interface Client {
  on(event: 'error', listener: () => void): Client
  connect(): Promise<unknown>
}

/** Listens for connection errors; without a listener they end the process. */
const heard = <C extends { on(event: 'error', listener: () => void): unknown }>(client: C): C => (client.on('error', () => {}), client)

const withNodeRedis = async ({ pick, nodeRedis, legacyMode = false }: Version, room: Room): Promise<Store> => {
  const { createClient } = room.load<{ createClient(options: object): Client }>(clientOf(nodeRedis))
  const connected = heard(createClient({ legacyMode, socket: { port: room.port, host: '127.0.0.1' } }))
  await connected.connect()
  return new (pick(room))({ client: connected, prefix: `${room.name}:` })
}

const withIoredis = ({ pick }: Version, room: Room): Store => {
  const Redis = room.load<{ default: new (port: number) => Client }>('ioredis-5').default
  const client = heard(new Redis(room.port))
  return new (pick(room))({ client, prefix: `${room.name}:` })
}

interface Version {
  readonly version: string
  readonly pick: (room: Room) => Make
  /** The version of node-redis of its time. */
  readonly nodeRedis: string
  /** Whether it uses the API of node-redis before version 4, with its legacy mode. */
  readonly legacyMode?: boolean
  /** Whether it supports ioredis as well. */
  readonly ioredis?: boolean
}

const named = (name: string) => (room: Room) => room.load<{ RedisStore: Make }>(name).RedisStore

const versions: readonly Version[] = [
  {
    version: '6.1.3',
    pick: ({ load, session }) => load<(session: unknown) => Make>('connect-redis-6')(session),
    nodeRedis: '4.7.1',
    legacyMode: true,
    ioredis: true,
  },
  { version: '7.1.1', pick: ({ load }) => load<{ default: Make }>('connect-redis-7').default, nodeRedis: '4.7.1', ioredis: true },
  { version: '8.1.0', pick: named('connect-redis-8'), nodeRedis: '4.7.1', ioredis: true },
  { version: '9.0.0', pick: named('connect-redis-9'), nodeRedis: '5.10.0' },
  { version: '10.0.0', pick: named('connect-redis-10'), nodeRedis: '6.3.1' },
]

export const redis: readonly PublishedStore[] = versions.flatMap(row => {
  const { version, nodeRedis, ioredis } = row
  const common = { engine: 'redis', packages: { [`connect-redis-${version.split('.')[0]}`]: `npm:connect-redis@${version}` } } as const
  const stores: PublishedStore[] = [
    {
      ...common,
      title: `connect-redis ${version} with node-redis`,
      packages: { ...common.packages, [clientOf(nodeRedis)]: `npm:redis@${nodeRedis}` },
      make: async room => withNodeRedis(row, room),
    },
    {
      ...common,
      title: `connect-redis ${version} with ioredis`,
      packages: { ...common.packages, 'ioredis-5': 'npm:ioredis@5.8.2' },
      make: room => withIoredis(row, room),
    },
  ]
  return ioredis ? stores : stores.slice(0, 1)
})

function clientOf(version: string): string {
  return `redis-${version.split('.')[0]}`
}
