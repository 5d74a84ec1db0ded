import { createHash } from 'node:crypto'
import type { SessionData } from '../../core/session'
import type { Outcome, Version } from '../../core/store-port'
import { give, wrongStore, type Atomic, type PublishedStore } from './abilities'

/** A client of node-redis 4 or later, or of ioredis; of a single server or of a cluster. */
export type RedisClient = NodeRedis | Ioredis

interface NodeRedis {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

interface Ioredis {
  evalsha(sha: string, keys: number, ...keysAndArguments: string[]): Promise<unknown>
  eval(script: string, keys: number, ...keysAndArguments: string[]): Promise<unknown>
  pipeline(...args: never[]): unknown
}

/** The store as its versions from 7 to 10 are inside. */
interface RedisStore {
  readonly client: { get(key: string): Promise<string | null> }
  readonly prefix: string
  readonly serializer: { parse(text: string): SessionData | Promise<SessionData>; stringify(session: SessionData): string }
  readonly disableTTL: boolean
  /** In seconds. Up to version 8 by the other name. */
  getTTL?(session: SessionData): number
  _getTTL?(session: SessionData): number
}

/** As `set` does: ARGV[2] is the record and ARGV[3] its life in seconds, '' for one without an end; of none that is left, nothing is kept. */
const WRITE = `
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
elseif tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
else redis.call('DEL', KEYS[1]) end
return 1`

/** ARGV[1] is the version. To the store an empty record is none. */
const COMPARE_AND_SET = scriptOf(`if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end${WRITE}`)
const UPDATE = scriptOf(`if (redis.call('GET', KEYS[1]) or '') == '' then return 0 end${WRITE}`)

type Script = ReturnType<typeof scriptOf>

/**
 * Gives a store of connect-redis 7 to 10 `compareAndSet` and `update`. What it writes is what the store itself would: express-session can share it.
 *
 * @example app.use(session({ store: atomicRedis(new RedisStore({ client })), … }))
 * @param client the client that the store was made with. Needed with connect-redis 7 and 8, which hide theirs
 * @returns the same store
 * @throws TypeError for another store, or without a client that can be asked
 */
export function atomicRedis<S extends PublishedStore>(store: S, client?: RedisClient): S & Atomic {
  const inside = store as unknown as RedisStore
  const ttlMethod = typeof inside?.getTTL === 'function' ? 'getTTL' : '_getTTL'
  if (typeof inside?.[ttlMethod] !== 'function' || typeof inside.serializer?.stringify !== 'function') {
    throw wrongStore('atomicRedis', 'a RedisStore of connect-redis 7 or later', store, 'atomicRedis(new RedisStore({ client }))')
  }
  if (ttlMethod === 'getTTL' && isIoredis(inside.client)) {
    throw new TypeError(
      'atomicRedis: connect-redis 9 and later support node-redis alone; write connect-redis@8 for ioredis, or use node-redis',
    )
  }
  const run = runnerOf(client ?? inside.client)

  const write = async (script: Script, id: string, session: SessionData, version = ''): Promise<string | undefined> => {
    const ttl = inside[ttlMethod]?.(session) as number
    const record = inside.serializer.stringify(session)
    const life = ttl > 0 ? String(inside.disableTTL ? '' : ttl) : '0'
    return Number(await run(script, inside.prefix + id, [version, record, life])) === 1 ? record : undefined
  }

  const engine = {
    read: async (id: string) => {
      const version = await inside.client.get(inside.prefix + id)
      return version ? { session: await inside.serializer.parse(version), version } : undefined
    },
    compareAndSet: async (id: string, session: SessionData, before: Version | null): Promise<Outcome> => {
      const version = await write(COMPARE_AND_SET, id, session, (before ?? '') as string)
      return { ok: version !== undefined, version }
    },
    update: async (id: string, session: SessionData) => (await write(UPDATE, id, session)) !== undefined,
  }
  return give(store, engine, ttlMethod, 'atomicRedis')
}

/** connect-redis 9 calls `set` with options that ioredis does not take. */
function isIoredis(client: object): boolean {
  const { evalSha, evalsha, pipeline } = (client ?? {}) as Partial<NodeRedis & Ioredis>
  return typeof evalSha !== 'function' && typeof evalsha === 'function' && typeof pipeline === 'function'
}

function scriptOf(text: string): { readonly text: string; readonly sha: string } {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** By its hash, which the server knows; by its text where it does not, after a restart. One key, by which a cluster finds the server. */
function runnerOf(client: object): (script: Script, key: string, args: string[]) => Promise<unknown> {
  const byHash = callerOf(client)
  return async (script, key, args) => {
    try {
      return await byHash.evalsha(script.sha, key, args)
    } catch (err) {
      if (!String((err as Error | undefined)?.message).startsWith('NOSCRIPT')) throw err
      return byHash.eval(script.text, key, args)
    }
  }
}

type Evaluate = (script: string, key: string, args: string[]) => Promise<unknown>

/** @throws TypeError for a client whose answers would not be heard: those before node-redis 4, and its legacy mode, answer by callbacks alone */
function callerOf(client: object): Record<'eval' | 'evalsha', Evaluate> {
  const { evalSha, evalsha, pipeline, options } = client as Partial<NodeRedis & Ioredis> & { options?: { legacyMode?: boolean } }
  if (typeof evalSha === 'function' && !options?.legacyMode) {
    const node = client as NodeRedis
    return {
      evalsha: async (sha, key, args) => node.evalSha(sha, { keys: [key], arguments: args }),
      eval: async (text, key, args) => node.eval(text, { keys: [key], arguments: args }),
    }
  }
  if (typeof evalsha === 'function' && typeof pipeline === 'function') {
    const io = client as Ioredis
    return {
      evalsha: async (sha, key, args) => io.evalsha(sha, 1, key, ...args),
      eval: async (text, key, args) => io.eval(text, 1, key, ...args),
    }
  }
  throw new TypeError(
    `atomicRedis needs the client as its second argument: one of node-redis 4 or later, not in legacyMode, or of ioredis; write atomicRedis(new RedisStore({ client }), client)`,
  )
}
