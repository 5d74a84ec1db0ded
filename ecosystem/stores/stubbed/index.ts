import type { PublishedStore } from '../published-store'
import { cassandra } from './cassandra'
import { dynamodb } from './dynamodb'
import { firestore } from './firestore'
import { mongo } from './mongo'

/** On engines that are no programs of a machine: each store has its own driver, which speaks to something that answers as the engine would. */
export const stubbed: readonly PublishedStore[] = [...mongo, ...dynamodb, ...firestore, ...cassandra]
