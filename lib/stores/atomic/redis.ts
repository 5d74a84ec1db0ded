import { createHash, randomUUID } from 'node:crypto'
import type { SessionData } from '../../core/record/session-data'
import type { Outcome } from '../../core/store/contract'
import type { Version } from '../../core/record/snapshot'
import { give, wrongStore, type Atomic, type PublishedStore } from './conditional-writes'

/** A client of node-redis 4 or later, or of ioredis; for a single server or a cluster. */
export type RedisClient = NodeRedis | Ioredis

interface NodeRedis {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

interface Sentinel extends NodeRedis {
  getSentinelNode(): unknown
}

interface Ioredis {
  evalsha(sha: string, keys: number, ...keysAndArguments: string[]): Promise<unknown>
  eval(script: string, keys: number, ...keysAndArguments: string[]): Promise<unknown>
  pipeline(...args: never[]): unknown
  readonly isCluster?: boolean
  readonly options?: { readonly autoResendUnfulfilledCommands?: boolean; readonly keyPrefix?: string }
}

/** The internals of connect-redis 7 to 10. */
interface RedisStore {
  readonly client: { get(key: string): Promise<string | null> }
  readonly prefix: string
  readonly serializer: { parse(text: string): SessionData | Promise<SessionData>; stringify(session: SessionData): string }
  readonly disableTTL: boolean
  /** In seconds. Up to version 8 it has the other name. */
  getTTL?(session: SessionData): number
  _getTTL?(session: SessionData): number
}

/** In seconds: longer than any client keeps resending a command. */
const TOKEN_LIFE = 60

/**
 * KEYS[2], if given, is the token of this write. It exists if the write was made and its reply was lost with the connection. The write is that of the
 * store's `set`: ARGV[2] is the record, ARGV[3] its lifetime in seconds, '' without an end. A record without a lifetime is deleted.
 */
const conditional = (condition: string): Script =>
  scriptOf(`
if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 1 then return 1 end
local found = redis.call('GET', KEYS[1]) or ''
if ${condition} then return 0 end
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
elseif tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
else redis.call('DEL', KEYS[1]) end
if KEYS[2] then redis.call('SET', KEYS[2], '', 'EX', ${TOKEN_LIFE}) end
return 1`)

/** ARGV[1] is the digest of the record to replace. The store treats an empty record as missing. */
const COMPARE_AND_SET = conditional(`(found == '' and '' or redis.sha1hex(found)) ~= ARGV[1]`)
const UPDATE = conditional(`found == ''`)

/** The record, and the digest of its bytes, which may not be valid UTF-8. */
const READ = scriptOf(`
local found = redis.call('GET', KEYS[1])
return found and { found, redis.sha1hex(found) }`)

interface Script {
  readonly text: string
  readonly sha: string
}

/** The version of a record whose exact bytes are not known. Otherwise the version is the text. */
class Digest {
  constructor(readonly sha1: string) {}
}

/**
 * Gives a store of connect-redis 7 to 10 `compareAndSet` and `update`. It writes what the store itself writes, so that express-session can share the
 * store. ioredis, and `createSentinel` of node-redis, resend a command if the connection is lost before the reply. With such a client each write leaves
 * a key `write:<token>:{<key>}` for 60 seconds, to recognize a repeated write. Set the option `autoResendUnfulfilledCommands: false` of ioredis to avoid
 * these keys.
 *
 * @example app.use(session({ store: atomicRedis(new RedisStore({ client })), … }))
 * @param client the client of the store. Required with connect-redis 7 and 8, which do not expose theirs
 * @returns the same store
 * @throws TypeError for another store, or without a usable client
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
  const caller = callerOf(client ?? inside.client)

  const write = async (script: Script, id: string, session: SessionData, digest = ''): Promise<string | undefined> => {
    const ttl = inside[ttlMethod]?.(session) as number
    const record = inside.serializer.stringify(session)
    const life = ttl > 0 ? String(inside.disableTTL ? '' : ttl) : '0'
    const key = inside.prefix + id
    return Number(await run(caller, script, [key, ...caller.tokensFor(key)], [digest, record, life])) === 1 ? record : undefined
  }

  const engine = {
    read: async (id: string) => {
      const key = inside.prefix + id
      const text = await inside.client.get(key)
      if (!text) return undefined
      if (!text.includes(REPLACEMENT)) return { session: await inside.serializer.parse(text), version: text }
      const [exact, sha1] = ((await run(caller, READ, [key], [])) ?? []) as string[]
      return exact && sha1 ? { session: await inside.serializer.parse(exact), version: new Digest(sha1) } : undefined
    },
    compareAndSet: async (id: string, session: SessionData, before: Version | null): Promise<Outcome> => {
      const version = await write(COMPARE_AND_SET, id, session, digestOf(before))
      return { ok: version !== undefined, version }
    },
    update: async (id: string, session: SessionData) => (await write(UPDATE, id, session)) !== undefined,
  }
  return give(store, engine, ttlMethod, 'atomicRedis')
}

/** connect-redis 9 calls `set` with options that ioredis does not support. */
function isIoredis(client: object): boolean {
  const { evalSha, evalsha, pipeline } = (client ?? {}) as Partial<NodeRedis & Ioredis>
  return typeof evalSha !== 'function' && typeof evalsha === 'function' && typeof pipeline === 'function'
}

/** Clients decode invalid UTF-8 to this character. It may also be part of a text. */
const REPLACEMENT = '\uFFFD'

/**
 * A digest, shorter than the record. Two records with the same SHA-1 would be two forms of one session, so that a user could only lose a change of
 * their own.
 */
function digestOf(version: Version | null): string {
  if (version === null) return ''
  return version instanceof Digest ? version.sha1 : sha1(version as string)
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}

function scriptOf(text: string): Script {
  return { text, sha: sha1(text) }
}

/** Runs a script by its hash; by its text if the server does not know it, such as after a restart. */
async function run({ evalsha, eval: evaluate }: Caller, script: Script, keys: string[], args: string[]): Promise<unknown> {
  try {
    return await evalsha(script.sha, keys, args)
  } catch (err) {
    if (!String((err as Error | undefined)?.message).startsWith('NOSCRIPT')) throw err
    return evaluate(script.text, keys, args)
  }
}

type Evaluate = (script: string, keys: string[], args: string[]) => Promise<unknown>

interface Caller extends Record<'eval' | 'evalsha', Evaluate> {
  /** The keys of a write's token; none if the client never resends a command. */
  tokensFor(key: string): string[]
}

/** @throws TypeError for a client that only calls back: versions before node-redis 4, and its legacy mode */
function callerOf(client: object): Caller {
  const { evalSha, evalsha, pipeline, options } = client as Partial<NodeRedis & Ioredis> & { options?: { legacyMode?: boolean } }
  if (typeof evalSha === 'function' && !options?.legacyMode) {
    const node = client as NodeRedis
    return {
      evalsha: async (sha, keys, args) => node.evalSha(sha, { keys, arguments: args }),
      eval: async (text, keys, args) => node.eval(text, { keys, arguments: args }),
      tokensFor: key => (isSentinel(node) ? [tokenKey(key)] : []),
    }
  }
  if (typeof evalsha === 'function' && typeof pipeline === 'function') {
    const io = client as Ioredis
    return {
      evalsha: async (sha, keys, args) => io.evalsha(sha, keys.length, ...keys, ...args),
      eval: async (text, keys, args) => io.eval(text, keys.length, ...keys, ...args),
      tokensFor: key => (resends(io) ? [tokenKey(key, io.options?.keyPrefix)] : []),
    }
  }
  throw new TypeError(
    `atomicRedis needs the client as its second argument: one of node-redis 4 or later, not in legacyMode, or of ioredis; write atomicRedis(new RedisStore({ client }), client)`,
  )
}

/** Whether the client may resend a command. A cluster of ioredis sends it to another node if the connection is closed, even with the option off. */
function resends({ isCluster, options }: Ioredis): boolean {
  return isCluster === true || options?.autoResendUnfulfilledCommands !== false
}

/** Whether it is made by `createSentinel` of node-redis, which repeats a command if the connection to the master is lost. */
function isSentinel(client: NodeRedis): client is Sentinel {
  return typeof (client as Partial<Sentinel>).getSentinelNode === 'function'
}

const PROCESS = randomUUID()
let writes = 0

/** In the same cluster slot as the record, by a hash tag, and outside of the prefix with which the store lists its keys. */
function tokenKey(key: string, keyPrefix = ''): string {
  const whole = keyPrefix + key
  return `write:${PROCESS}:${++writes}:${/\{[^}]+\}/.test(whole) ? whole : `{${whole}}`}`
}
