import { listening } from '../../../test/support/listening'
import type { Room } from '../../integration'
import type { PublishedStore } from '../published-store'
import { mongoCommands } from './mongo-commands'
import { mongoWire, type Bson } from './mongo-wire'
import { readyStore, type Make } from './ready-store'

interface Client {
  connect(): Promise<Client>
}

/** Stores require it by this name, with any client. */
const packages = { mongodb: '6.21.0' }

let started: Promise<string> | undefined

/** @returns the address of one for the stores of both packages */
const address = ({ load }: Room): Promise<string> =>
  (started ??= listening(mongoWire(load<{ BSON: Bson }>('mongodb').BSON, mongoCommands()), 'mongodb'))

/** Each with the driver of its time. */
const versions: [version: string, driver: string, pick: (room: Room) => Make][] = [
  ['3.2.0', '3.7.4', ({ load, session }) => load<(session: unknown) => Make>('connect-mongo-3')(session)],
  ['4.6.0', '4.17.2', ({ load }) => load<Make>('connect-mongo-4')],
  ['5.1.0', '5.9.2', ({ load }) => load<Make>('connect-mongo-5')],
  ['6.0.0', '6.21.0', ({ load }) => load<{ default: Make }>('connect-mongo-6').default],
]

const connectMongo = versions.map(([version, driver, pick]): PublishedStore => {
  const client = `mongodb-${driver.split('.')[0]}`
  return {
    title: `connect-mongo ${version} on a stub of MongoDB`,
    packages: {
      [`connect-mongo-${version.split('.')[0]}`]: `npm:connect-mongo@${version}`,
      [client]: `npm:mongodb@${driver}`,
      ...packages,
    },
    make: async room => {
      const { MongoClient } = room.load<{ MongoClient: new (url: string, options: object) => Client }>(client)
      const clientPromise = new MongoClient(await address(room), driver < '4' ? { useUnifiedTopology: true } : {}).connect()
      return new (pick(room))({ clientPromise, dbName: 'test', collection: room.name, collectionName: room.name })
    },
  }
})

const connectMongodbSession: PublishedStore = {
  title: 'connect-mongodb-session 5.0.0 on a stub of MongoDB',
  packages: { 'connect-mongodb-session': '5.0.0', ...packages },
  lacks: ['touch', 'length'],
  notes: {
    touch: 'It has no touch: a session ends after its first lifetime, unless its data change.',
    contract: 'Its `all` passes a callback to the driver. Drivers do not call it since version 5, so `all` never calls back.',
  },
  make: async room => {
    const Made = room.load<(session: unknown) => Make>('connect-mongodb-session')(room.session)
    const options = { uri: await address(room), databaseName: 'test', collection: room.name }
    return readyStore(Made, options)
  },
}

export const mongo: readonly PublishedStore[] = [...connectMongo, connectMongodbSession]
