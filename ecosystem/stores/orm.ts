import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Room, Store } from '../integration'
import type { PublishedStore } from './published-store'

const url = ({ port }: Room): string => `postgres://postgres@127.0.0.1:${port}/postgres`

const sequelize: PublishedStore = {
  title: 'connect-session-sequelize 8.0.6',
  engine: 'postgres',
  packages: { 'connect-session-sequelize': '8.0.6', sequelize: '6.37.8', pg: '8.16.3', 'pg-hstore': '2.3.4' },
  lacks: ['all', 'clear'],
  make: async room => {
    const { load, session, name: tableName } = room
    type Db = { define(name: string, columns: object, options: object): unknown }
    type Sequelize = { Sequelize: new (url: string, options: object) => Db; DataTypes: Record<string, unknown> }
    const { Sequelize, DataTypes } = load<Sequelize>('sequelize')
    const db = new Sequelize(url(room), { logging: false })
    const columns = { sid: { type: DataTypes.STRING, primaryKey: true }, expires: DataTypes.DATE, data: DataTypes.TEXT }
    db.define(tableName, columns, { tableName })
    type Make = new (options: object) => Store & { sync(): Promise<unknown> }
    const Made = load<(store: unknown) => Make>('connect-session-sequelize')(session.Store)
    // Its `get` finds expired sessions until this interval has removed them
    const store = new Made({ db, table: tableName, checkExpirationInterval: 100 })
    await store.sync()
    return store
  },
}

const typeorm: PublishedStore = {
  title: 'connect-typeorm 2.0.0',
  engine: 'postgres',
  packages: { 'connect-typeorm': '2.0.0', typeorm: '0.3.28', pg: '8.16.3' },
  lacks: ['length', 'clear'],
  // It rounds seconds down
  shortest: 2000,
  notes: {
    logout: 'Its `destroy` calls back before it has destroyed anything.',
    contract: 'Its `destroy` calls back before it has destroyed anything, and its `touch` calls back twice.',
    outage: 'After the first error it emits `disconnect`, and never `connect`, unless its option `onError` is set.',
  },
  make: async room => {
    type Source = { initialize(): Promise<unknown>; query(sql: string): Promise<unknown>; getRepository(entity: object): object }
    type TypeOrm = { DataSource: new (options: object) => Source; EntitySchema: new (options: object) => object }
    const { DataSource, EntitySchema } = room.load<TypeOrm>('typeorm')
    const columns = {
      id: { type: 'varchar', length: 255, primary: true },
      json: { type: 'text' },
      expiredAt: { type: 'bigint' },
      destroyedAt: { type: 'timestamp', nullable: true, deleteDate: true },
    }
    const entity = new EntitySchema({ name: 'Session', tableName: room.name, columns })
    const source = new DataSource({ type: 'postgres', url: url(room), entities: [entity], synchronize: true })
    await source.initialize()
    await source.query(slowly(room.name))
    type Make = new () => { connect(repository: object): Store }
    return new (room.load<{ TypeormStore: Make }>('connect-typeorm').TypeormStore)().connect(source.getRepository(entity))
  },
}

/** It does not await deletions: if each takes a tenth of a second, that is always visible. */
const slowly = (table: string): string => `
create or replace function slowly() returns trigger language plpgsql as 'begin perform pg_sleep(0.1); return new; end';
create or replace trigger slowly before update on "${table}" for each row when (new."destroyedAt" is not null) execute function slowly();
`

const prisma: PublishedStore = {
  title: '@quixo3/prisma-session-store 3.1.21',
  engine: 'postgres',
  packages: {
    '@quixo3/prisma-session-store': '3.1.21',
    prisma: '7.10.0',
    '@prisma/client': '7.10.0',
    '@prisma/adapter-pg': '7.10.0',
  },
  notes: {
    contract: 'Its `all` returns expired sessions too.',
    outage: 'Its `get` takes every error for a session that is not there: while the database is away or starts, users are logged out.',
  },
  make: async room => {
    type Client = { $executeRawUnsafe(sql: string): Promise<unknown> }
    const { PrismaClient } = generated<{ PrismaClient: new (options: object) => Client }>(room)
    const { PrismaPg } = room.load<{ PrismaPg: new (options: object) => object }>('@prisma/adapter-pg')
    const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: url(room) }) })
    const columns = 'id text primary key, sid text unique not null, data text not null, "expiresAt" timestamp(3) not null'
    await client.$executeRawUnsafe(`create table if not exists "${room.name}" (${columns})`)
    type Make = new (client: Client, options: object) => Store
    const { PrismaSessionStore } = room.load<{ PrismaSessionStore: Make }>('@quixo3/prisma-session-store')
    return new PrismaSessionStore(client, { dbRecordIdIsSessionId: true, loggerLevel: [] })
  },
}

const schemaOf = (table: string): string => `
generator client {
  provider = "prisma-client-js"
  output   = "./client"
}
datasource db {
  provider = "postgresql"
}
model Session {
  id        String   @id
  sid       String   @unique
  data      String
  expiresAt DateTime
  @@map("${table}")
}
`

/** Runs `prisma generate`, in a folder of the project, from which it resolves its packages. */
function generated<Client>({ load, name }: Room): Client {
  const { resolve } = load as NodeJS.Require
  const schema = join(mkdtempSync(join(dirname(resolve('./package.json')), 'prisma-')), 'schema.prisma')
  writeFileSync(schema, schemaOf(name))
  // Set, or it would be downloaded; only migrations use it
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' }
  execFileSync(process.execPath, [resolve('prisma/build/index.js'), 'generate', '--schema', schema], { env, stdio: 'pipe' })
  return createRequire(schema)('./client') as Client
}

export const orm: readonly PublishedStore[] = [sequelize, typeorm, prisma]
