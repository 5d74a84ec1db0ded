import { createRequire } from 'node:module'
import { RedisStore } from 'connect-redis'
import session = require('../../lib')
import { atomicRedis } from '../../lib/atomic'
import type { RedisClient } from '../redis'

/** A configuration of sessions in Redis: each entry is a column of the tables. */
export interface Subject {
  readonly name: string
  readonly middleware: typeof session
  readonly options?: { readonly concurrency: 'merge' }
  readonly store: (client: RedisClient, prefix: string) => RedisStore
}

// Its types would be added to those of our own requests
const original = createRequire(__filename)('express-session') as typeof session
const plain = (client: RedisClient, prefix: string): RedisStore => new RedisStore({ client, prefix })

export const subjects = [
  { name: 'express-session', middleware: original, store: plain },
  { name: 'resession', middleware: session, store: plain },
  { name: "resession, `'merge'`", middleware: session, options: { concurrency: 'merge' }, store: plain },
  { name: 'resession, `atomicRedis`', middleware: session, store: (client, prefix) => atomicRedis(plain(client, prefix)) },
] as const satisfies readonly Subject[]

export type SubjectName = (typeof subjects)[number]['name']
