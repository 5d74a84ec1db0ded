import type { Server } from 'node:http'
import { listening } from '../../../test/support/listening'
import type { Room } from '../../integration'
import type { PublishedStore } from '../published-store'
import { readyStore, type Make } from './ready-store'

const packages = { dynalite: '4.0.0' }
/** Both keep whole seconds, rounded down: a lifetime of one second may be over at once. */
const common = { shortest: 2000, lacks: ['all', 'length', 'clear'] } satisfies Partial<PublishedStore>
const account = { region: 'local', credentials: { accessKeyId: 'of no', secretAccessKey: 'value' } }

let started: Promise<string> | undefined

/**
 * An implementation of DynamoDB in Node, on a LevelDB in memory.
 *
 * @returns its address
 */
const dynalite = ({ load }: Room): Promise<string> =>
  (started ??= listening(load<(options: object) => Server>('dynalite')({ createTableMs: 0 })))

export const dynamodb: readonly PublishedStore[] = [
  {
    title: 'connect-dynamodb 3.0.5 on dynalite',
    packages: { ...packages, 'connect-dynamodb': '3.0.5', '@aws-sdk/client-dynamodb': '3.1000.0' },
    ...common,
    notes: { contract: 'Its `set` needs a callback: without one it leaves an unhandled rejection.' },
    make: async room => {
      const { DynamoDBClient } = room.load<{ DynamoDBClient: new (options: object) => object }>('@aws-sdk/client-dynamodb')
      const client = new DynamoDBClient({ ...account, endpoint: await dynalite(room) })
      return new (room.load<(session: unknown) => Make>('connect-dynamodb')(room.session))({ client, table: room.name })
    },
  },
  {
    title: 'dynamodb-store 1.2.0 on dynalite',
    packages: { ...packages, 'dynamodb-store': '1.2.0', 'aws-sdk': '2.1692.0' },
    ...common,
    notes: {
      contract:
        'It adds `updated` to what is in a session, its client makes empty maps of the dates in a cookie, and without a callback `set` sends nothing.',
    },
    make: async room => {
      const dynamoConfig = { ...account, endpoint: await dynalite(room) }
      // By default it omits touches within half a minute
      const options = { table: { name: room.name }, touchInterval: 0, dynamoConfig }
      return readyStore(room.load<Make>('dynamodb-store'), options)
    },
  },
]
