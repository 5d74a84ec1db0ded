import { randomBytes } from 'node:crypto'
import { record } from '../measured/record'
import { connectRedis, removeKeys, type RedisClient } from '../redis'
import { somePrefix } from './counts'
import { subjects } from './subjects'

/** The processor time of Redis's main thread for one command, in microseconds. */
export type Times = Readonly<Record<string, number>>

export interface Capacity {
  readonly bytes: number
  readonly times: Times
  /** The memory of a session in Redis: the reported size of the record, and the growth per session. */
  readonly usage: number
  readonly memory: number
}

/** One command at a time on each connection, as many servers with few requests each. */
const CONNECTIONS = 50
const MANY = 20_000
const DAY = 24 * 60 * 60 * 1000

type Store = Record<'get' | 'set' | 'touch' | 'destroy' | 'compareAndSet', (...args: unknown[]) => void>

/** One connection, and one session on it. */
interface Lane {
  readonly store: Store
  readonly id: string
  version: unknown
}

/** How each command is sent: by the stores themselves. */
const COMMANDS: Readonly<Record<string, (lane: Lane, session: object) => Promise<unknown>>> = {
  GET: async ({ store, id }) => called(done => store.get(id, done)),
  EXPIRE: async ({ store, id }, session) => called(done => store.touch(id, session, done)),
  SET: async ({ store, id }, session) => called(done => store.set(id, session, done)),
  EVALSHA: async (lane, session) => {
    const { ok, version } = (await called(done => lane.store.compareAndSet(lane.id, session, lane.version, done))) as {
      ok: boolean
      version: unknown
    }
    if (!ok) throw new Error('nobody else writes this session, and the write was refused')
    lane.version = version
  },
}

/**
 * @param seconds for each command
 * @throws Error if there is no Redis
 */
export async function measureCapacity(bytes: number, seconds: number): Promise<Capacity> {
  const prefix = somePrefix()
  const session = { cookie: { originalMaxAge: DAY, expires: new Date(Date.now() + DAY), httpOnly: true, path: '/' }, ...record(bytes) }
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connectRedis()))
  const [client] = clients
  if (!client) throw new Error('there is no Redis')
  const lanes = clients.map(client => laneOf(client as RedisClient, prefix))
  try {
    const times: Record<string, number> = {}
    for (const lane of lanes) await COMMANDS.SET?.(lane, session)
    for (const lane of lanes) await lookAt(lane)
    for (const [name, act] of Object.entries(COMMANDS)) {
      if (name === 'EVALSHA') for (const lane of lanes) await lookAt(lane)
      times[name] = await timeOf(client, lanes, lane => act(lane, session), seconds)
    }
    const usage = (await client.memoryUsage(prefix + lanes[0]?.id)) as number
    return { bytes, times, usage, memory: await memoryOf(client, lanes, session) }
  } finally {
    await removeKeys(client, prefix)
    for (const client of clients) client?.destroy()
  }
}

function laneOf(client: RedisClient, prefix: string): Lane {
  return { store: subjects[3].store(client, prefix) as never, id: someId(), version: null }
}

/** An ID as long as the middleware's. */
function someId(): string {
  return randomBytes(24).toString('base64url')
}

async function lookAt(lane: Lane): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    lane.store.get(lane.id, (err: unknown, _session: unknown, version: unknown) => {
      lane.version = version
      if (err) reject(err)
      else resolve()
    }),
  )
}

async function timeOf(
  client: RedisClient,
  lanes: readonly Lane[],
  act: (lane: Lane) => Promise<unknown>,
  seconds: number,
): Promise<number> {
  const until = Date.now() + seconds * 1000
  let done = 0
  const start = await processorTime(client)
  await Promise.all(
    lanes.map(async lane => {
      for (; Date.now() < until; done++) await act(lane)
    }),
  )
  return ((await processorTime(client)) - start) / done
}

/** The processor time of the main thread, in microseconds. */
async function processorTime(client: RedisClient): Promise<number> {
  const info = await client.info('cpu')
  const seconds = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1])
  return (seconds('used_cpu_sys_main_thread') + seconds('used_cpu_user_main_thread')) * 1e6
}

/** The growth of Redis's memory per session, including its index. */
async function memoryOf(client: RedisClient, lanes: readonly Lane[], session: object): Promise<number> {
  const used = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1])
  const before = await used()
  await Promise.all(
    lanes.map(async ({ store }) => {
      for (let number = 0; number < MANY / CONNECTIONS; number++) {
        await called(done => store.set(someId(), session, done))
      }
    }),
  )
  return ((await used()) - before) / MANY
}

function called(act: (done: (err?: unknown, value?: unknown) => void) => void): Promise<unknown> {
  return new Promise((resolve, reject) => act((err, value) => (err ? reject(err) : resolve(value))))
}
