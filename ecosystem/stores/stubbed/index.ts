import type { PublishedStore } from '../published-store'
import { cassandra } from './cassandra'
import { dynamodb } from './dynamodb'
import { firestore } from './firestore'
import { mongo } from './mongo'

/** Stores whose engines cannot be installed here: each uses its own driver, which talks to a stub of the engine's protocol. */
export const stubbed: readonly PublishedStore[] = [...mongo, ...dynamodb, ...firestore, ...cassandra]
