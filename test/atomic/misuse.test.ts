import { expect } from 'chai'
import simple = require('connect-pg-simple')
import { RedisStore } from 'connect-redis'
import { RedisStore as RedisStore8 } from 'connect-redis-8'
import mysqlSession = require('express-mysql-session')
import expressSession = require('express-session')
import { Cluster, Redis } from 'ioredis'
import { Pool } from 'pg'
import { createClient, createCluster } from 'redis'
import { createClient as createClient4 } from 'redis-4'
import { atomicMysql, atomicPostgres, atomicRedis } from '../../lib/atomic'
import { clientFor } from '../../lib/core/store/store-clients'
import { session } from '../support/subject'

const secret = 'keyboard cat'

/** No commands are sent. */
const redis = createClient()
const ioredis = new Redis({ lazyConnect: true })
const postgres = new (simple(expressSession))({ pool: new Pool() })
const mysqlOptions = { createDatabaseTable: false, clearExpired: false }
const mysql = (): InstanceType<ReturnType<typeof mysqlSession>> =>
  new (mysqlSession(expressSession as never))(mysqlOptions as never, {} as never)

describe('atomic stores at setup', () => {
  const needsClient = 'atomicRedis needs the client as its second argument'

  it('connect-redis 9 needs no client argument', () => {
    atomicRedis(new RedisStore({ client: redis }))
    atomicRedis(new RedisStore({ client: createCluster({ rootNodes: [{}] }) }))
  })

  it('connect-redis 9 does not support ioredis', () => {
    for (const client of [ioredis, new Cluster([], { lazyConnect: true })]) {
      const store = new RedisStore({ client: client as never })
      expect(() => atomicRedis(store)).to.throw(
        TypeError,
        'connect-redis 9 and later support node-redis alone; write connect-redis@8 for ioredis',
      )
    }
  })

  it('connect-redis 8 needs the client argument', () => {
    atomicRedis(new RedisStore8({ client: redis }), redis)
    atomicRedis(new RedisStore8({ client: ioredis }), ioredis)
    const cluster = new Cluster([], { lazyConnect: true })
    atomicRedis(new RedisStore8({ client: cluster }), cluster)
    expect(() => atomicRedis(new RedisStore8({ client: redis }))).to.throw(TypeError, needsClient)
  })

  it('accepts clients that return promises', () => {
    const legacy = createClient4({ legacyMode: true })
    // The callback methods of redis 3
    const old = { get: () => true, evalsha: () => true, eval: () => true }
    for (const client of [legacy, old, {}, 'redis://localhost']) {
      expect(() => atomicRedis(new RedisStore8({ client: ioredis }), client as never)).to.throw(TypeError, needsClient)
    }
  })

  it('needs the function of its engine', () => {
    atomicPostgres(new (simple(expressSession))({ pool: new Pool() }))
    atomicMysql(mysql())
    for (const [atomic, stores, name] of [
      [atomicRedis, [postgres, mysql()], 'RedisStore of connect-redis 7 or later'],
      [atomicPostgres, [new RedisStore({ client: redis }), mysql()], 'PGStore of connect-pg-simple'],
      [atomicMysql, [new RedisStore({ client: redis }), postgres], 'MySQLStore of express-mysql-session'],
    ] as const) {
      for (const store of [...stores, new session.MemoryStore()]) expect(() => atomic(store as never)).to.throw(TypeError, name)
    }
  })

  it('refuses a class whose get or set was replaced', () => {
    class Encrypting extends RedisStore {
      override async set(): Promise<void> {}
    }
    class Naming extends RedisStore {
      name = 'sessions'
    }
    atomicRedis(new Naming({ client: redis }))
    expect(() => atomicRedis(new Encrypting({ client: redis }))).to.throw(TypeError, 'has been replaced')
  })

  it('has no abilities if get or set is replaced later', () => {
    for (const method of ['get', 'set'] as const) {
      const store = atomicRedis(new RedisStore({ client: redis }))
      const port = clientFor(store)
      expect([port.compares, port.updates]).to.deep.equal([true, true])
      store[method] = (() => {}) as never
      expect([port.compares, port.updates]).to.deep.equal([false, false])
    }
  })

  it('makes stores that session accepts, also by their types', () => {
    const stores = [
      atomicRedis(new RedisStore({ client: redis })),
      atomicPostgres(new (simple(expressSession))({ pool: new Pool() })),
      atomicMysql(mysql()),
    ]
    for (const store of stores) expect(session({ store, secret, resave: false, saveUninitialized: false })).to.be.a('function')
  })
})
