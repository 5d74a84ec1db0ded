import type { Room, Store } from '../../integration'
import type { PublishedStore } from '../published-store'
import { firestoreServer, type Grpc } from './firestore-server'

let started: Promise<string> | undefined

/** @returns the host and port of one for the stores of both packages */
const host = ({ load }: Room): Promise<string> =>
  (started ??= firestoreServer(
    load<Grpc>('@grpc/grpc-js'),
    load<Loader>('@grpc/proto-loader').fromJSON(load('@google-cloud/firestore/build/protos/v1.json'))[
      'google.firestore.v1.Firestore'
    ] as object,
  ))

interface Loader {
  fromJSON(json: object): Record<string, object>
}

export const firestore: readonly PublishedStore[] = [
  {
    title: '@google-cloud/connect-firestore 3.0.0 on a stub of Firestore',
    packages: {
      '@google-cloud/connect-firestore': '3.0.0',
      '@google-cloud/firestore': '7.11.6',
      '@grpc/grpc-js': '1.14.3',
      '@grpc/proto-loader': '0.7.15',
    },
    lacks: ['touch', 'all', 'length', 'clear', 'expiry'],
    notes: { expiry: 'It does not check lifetimes: a session exists until it is destroyed.' },
    make: async room => {
      const { Firestore } = room.load<{ Firestore: new (options: object) => object }>('@google-cloud/firestore')
      const { FirestoreStore } = room.load<{ FirestoreStore: new (options: object) => Store }>('@google-cloud/connect-firestore')
      const dataset = new Firestore({ projectId: 'of-no-value', host: await host(room), ssl: false })
      return new FirestoreStore({ dataset, kind: room.name })
    },
  },
]
