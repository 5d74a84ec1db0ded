import { expect } from 'chai'
import { RedisStore as RedisStore10 } from 'connect-redis-10'
import { RedisStore as RedisStore8 } from 'connect-redis-8'
import { RedisStore } from 'connect-redis'
import { Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { ClientClosedError, createClient } from 'redis'
import { createClient as createClient4 } from 'redis-4'
import { createClient as createClient6 } from 'redis-6'
import { atomicRedis } from '../../lib/atomic'
import type { Session } from '../../lib/core/session/session'
import type { Outcome } from '../../lib/core/store/contract'
import type { Version } from '../../lib/core/record/snapshot'
import { storeContract } from '../../lib/store-contract'
import { needsRedis, REDIS } from '../support/engines'
import { abilities, asked, sharing, promised, type AnyStore } from './store-cases'

// Its types are not declared in its package.json
const RedisStore7 = (createRequire(__filename)('connect-redis-7') as { default: typeof RedisStore8 }).default

const PREFIX = `resession-test:${randomUUID()}:`

const nodeRedis = createClient({ url: REDIS })
const nodeRedis4 = createClient4({ url: REDIS })
const nodeRedis6 = createClient6({ url: REDIS })
const ioredis = new Redis(REDIS, { lazyConnect: true })

const latest = (options: object): AnyStore => atomicRedis(new RedisStore({ client: nodeRedis, ...options }))

const versions: Record<string, (options: object) => AnyStore> = {
  'connect-redis 7 with node-redis 4': options => atomicRedis(new RedisStore7({ client: nodeRedis4, ...options }), nodeRedis4),
  'connect-redis 7 with ioredis': options => atomicRedis(new RedisStore7({ client: ioredis, ...options }), ioredis),
  'connect-redis 8 with node-redis 4': options => atomicRedis(new RedisStore8({ client: nodeRedis4, ...options }), nodeRedis4),
  'connect-redis 8 with ioredis': options => atomicRedis(new RedisStore8({ client: ioredis, ...options }), ioredis),
  'connect-redis 9 with node-redis 5': latest,
  'connect-redis 10 with node-redis 6': options => atomicRedis(new RedisStore10({ client: nodeRedis6, ...options })),
}

type EvalSha = (sha: string, options: { keys: string[]; arguments: string[] }) => Promise<unknown>

/** A client as `createSentinel` makes it, which repeats commands. */
const sentinel = (evalSha: EvalSha) => ({
  evalSha,
  eval: async (text: string, options: Parameters<EvalSha>[1]) => (await nodeRedis.eval(text, options), nodeRedis.eval(text, options)),
  get: async (key: string) => nodeRedis.get(key),
  getSentinelNode: () => undefined,
})

describe('atomicRedis', () => {
  needsRedis()
  before(async () => {
    await Promise.all([nodeRedis.connect(), nodeRedis4.connect(), nodeRedis6.connect(), ioredis.connect()])
  })
  after(async () => {
    if (!nodeRedis.isOpen) return
    for (const key of await ioredis.keys(`${PREFIX}*`)) await ioredis.del(key)
    await Promise.all([nodeRedis.close(), nodeRedis4.disconnect(), nodeRedis6.close(), ioredis.quit()])
  })

  let stores = 0
  const prefix = (): string => `${PREFIX}${stores++}:`

  for (const [title, make] of Object.entries(versions)) {
    storeContract(title, {
      make: () => make({ prefix: prefix() }),
      has: ['compareAndSet', 'update'],
      wait: async ms => older(ms),
    })
  }

  // The keys of the other stores are aged instead
  storeContract('connect-redis 9 in real time', {
    make: () => latest({ prefix: prefix() }),
    has: ['compareAndSet', 'update'],
  })

  abilities(() => new RedisStore({ client: nodeRedis, prefix: prefix() }), atomicRedis)

  for (const title of ['connect-redis 8 with ioredis', 'connect-redis 9 with node-redis 5']) {
    const Plain = title.includes('8') ? RedisStore8 : RedisStore
    const client = title.includes('8') ? ioredis : nodeRedis
    const options: Record<string, object> = {
      'by default': {},
      'with a ttl': { ttl: 100 },
      'with a ttl for each session': { ttl: (session: { n?: number }) => 50 + (session.n ?? 0) },
      'without a ttl': { disableTTL: true },
      'with a serializer': {
        serializer: {
          parse: async (text: string) => JSON.parse(Buffer.from(text, 'base64').toString()) as object,
          stringify: (session: object) => Buffer.from(JSON.stringify(session)).toString('base64'),
        },
      },
    }
    for (const [which, given] of Object.entries(options)) {
      const space = prefix()
      sharing(`${title} ${which}`, {
        plain: () => new Plain({ client, prefix: space, ...given }) as AnyStore,
        atomic: () => versions[title]?.({ prefix: space, ...given }) as AnyStore,
        raw: async id => [await ioredis.get(space + id), await ioredis.ttl(space + id)],
      })
    }
  }

  describe('a session without remaining lifetime', () => {
    const make = (): ReturnType<typeof promised> => promised(latest({ prefix: prefix() }))

    it('is destroyed by a write with its version, as by set', async () => {
      const store = make()
      await store.set('a', { n: 1 })
      expect((await store.compareAndSet('a', { n: 2 }, await store.version('a'), -1)).ok).to.equal(true)
      expect(await store.get('a')).to.equal(undefined)
    })

    it('is not destroyed by a write with another version', async () => {
      const store = make()
      await store.set('a', { n: 1 })
      expect((await store.compareAndSet('a', { n: 2 }, 'another', -1)).ok).to.equal(false)
      expect((await store.get('a'))?.n).to.equal(1)
    })

    it('is destroyed by an update, and is not created', async () => {
      const store = make()
      await store.set('a', { n: 1 })
      expect(await store.update('a', { n: 2 }, -1)).to.equal(true)
      expect((await store.compareAndSet('a', { n: 3 }, null, -1)).ok).to.equal(true)
      expect(await store.get('a')).to.equal(undefined)
    })
  })

  describe('the scripts', () => {
    for (const title of ['connect-redis 8 with node-redis 4', 'connect-redis 8 with ioredis', 'connect-redis 9 with node-redis 5']) {
      it(`are sent again to a server that has flushed them (${title})`, async () => {
        const store = promised(versions[title]?.({ prefix: prefix() }) as AnyStore)
        for (const n of [1, 2]) {
          await ioredis.script('FLUSH')
          const { version } = await store.compareAndSet(`a${n}`, { n }, null)
          await ioredis.script('FLUSH')
          expect((await store.compareAndSet(`a${n}`, { n: 3 }, version ?? null)).ok).to.equal(true)
          await ioredis.script('FLUSH')
          expect(await store.update(`a${n}`, { n: 4 })).to.equal(true)
        }
      })
    }

    it('are called by their hash, one call per write, with one key', async () => {
      const calls: unknown[] = []
      const listening = {
        evalSha: async (sha: string, options: { keys: string[]; arguments: string[] }) => {
          calls.push([sha.length, options.keys])
          return nodeRedis.evalSha(sha, options)
        },
        eval: nodeRedis.eval.bind(nodeRedis),
      }
      const space = prefix()
      const store = promised(atomicRedis(new RedisStore({ client: nodeRedis, prefix: space }), listening))
      await store.compareAndSet('b', { n: 1 }, null)
      await store.update('b', { n: 1 })
      calls.length = 0
      const { version } = await store.compareAndSet('a', { n: 1 }, null)
      await store.compareAndSet('a', { n: 2 }, version ?? null)
      await store.update('a', { n: 3 })
      expect(calls).to.deep.equal(Array.from({ length: 3 }, () => [40, [`${space}a`]]))
    })
  })

  describe('a record that is not UTF-8', () => {
    // As a program in another language may write it: a byte of Latin-1, and the replacement character that clients read in its place
    const texts = { 'a byte of Latin-1': Buffer.from('{"cookie":{},"name":"Jos\xe9"}', 'latin1'), 'the replacement character': Buffer.from('{"cookie":{},"name":"Jos\uFFFD"}') } // prettier-ignore
    for (const [what, bytes] of Object.entries(texts)) {
      for (const title of ['connect-redis 8 with ioredis', 'connect-redis 9 with node-redis 5']) {
        it(`is compared by its bytes, and written (${what}, ${title})`, async () => {
          const space = prefix()
          const store = promised(versions[title]?.({ prefix: space }) as AnyStore)
          await ioredis.set(`${space}a`, bytes, 'EX', 60)
          const version = await store.version('a')
          expect((await store.get('a'))?.name).to.equal('Jos\uFFFD')
          expect((await store.compareAndSet('a', { n: 1 }, version)).ok).to.equal(true)
          expect((await store.compareAndSet('a', { n: 2 }, version)).ok).to.equal(false)
          expect(await store.get('a')).to.include({ n: 1 })
        })
      }
    }
  })

  describe('a client that sends commands again', () => {
    /** Runs each script twice, and returns the second result, as ioredis does when a connection is lost before the reply. */
    const twice = (between: () => unknown = () => {}, options?: object): { client: Redis; keys: string[][] } => {
      const keys: string[][] = []
      const send =
        (name: 'eval' | 'evalsha') =>
        async (script: string, count: number, ...args: string[]): Promise<unknown> => {
          keys.push(args.slice(0, count))
          await (ioredis[name] as (...args: unknown[]) => Promise<unknown>)(script, count, ...args)
          await between()
          return (ioredis[name] as (...args: unknown[]) => Promise<unknown>)(script, count, ...args)
        }
      const client = { eval: send('eval'), evalsha: send('evalsha'), pipeline() {}, options }
      return { client: client as never, keys }
    }
    const storeOn = (client: Redis, space: string) => promised(atomicRedis(new RedisStore8({ client: ioredis, prefix: space }), client))

    it('makes each write once, and gets its result', async () => {
      const store = storeOn(twice().client, prefix())
      const { ok, version } = await store.compareAndSet('a', { n: 1 }, null)
      expect(ok).to.equal(true)
      expect((await store.compareAndSet('a', { n: 2 }, version ?? null)).ok).to.equal(true)
      expect((await store.compareAndSet('a', { n: 3 }, version ?? null)).ok).to.equal(false)
      expect(await store.update('a', { n: 4 })).to.equal(true)
      expect((await store.get('a'))?.n).to.equal(4)
    })

    it('does not undo a write of another process in between', async () => {
      const space = prefix()
      const other = promised(latest({ prefix: space }))
      const theirs = async (): Promise<void> => other.set('a', { n: 'theirs' })
      const store = storeOn(twice(theirs).client, space)
      expect((await store.compareAndSet('a', { n: 1 }, null)).ok).to.equal(true)
      expect((await other.get('a'))?.n).to.equal('theirs')
      expect(await store.update('a', { n: 2 })).to.equal(true)
      expect((await other.get('a'))?.n).to.equal('theirs')
    })

    it('does not create a record again that was destroyed meanwhile', async () => {
      const space = prefix()
      const store = storeOn(twice(async () => ioredis.del(`${space}a`)).client, space)
      expect((await store.compareAndSet('a', { n: 1 }, null)).ok).to.equal(true)
      expect(await store.get('a')).to.equal(undefined)
    })

    it('is distinguished from another client that wrote the same', async () => {
      const space = prefix()
      const other = promised(latest({ prefix: space }))
      await other.set('a', { n: 0 })
      const version = await other.version('a')
      const session = other.session('a', { n: 1 })
      expect((await put(other, session, version)).ok).to.equal(true)
      expect((await put(storeOn(twice().client, space), session, version)).ok).to.equal(false)
    })

    it('leaves a key that is not part of the store for a minute, in the slot of the record', async () => {
      const space = prefix()
      const { client, keys } = twice()
      await storeOn(client, space).compareAndSet('a', { n: 1 }, null)
      const [record, token = ''] = keys[0] as string[]
      expect(record).to.equal(`${space}a`)
      // The braces are a hash tag: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
      expect(token)
        .to.match(/^write:/)
        .and.to.include(`:{${record}}`)
      expect(await ioredis.ttl(token)).to.be.within(50, 60)
      await ioredis.del(token)
    })

    it('leaves no key if it does not send commands again', async () => {
      const { client, keys } = twice(undefined, { autoResendUnfulfilledCommands: false })
      await storeOn(client, prefix()).compareAndSet('a', { n: 1 }, null)
      expect(keys[0]).to.have.length(1)
    })
  })

  it('recognizes a write that a sentinel of node-redis has sent twice, because the reply to the first was lost', async () => {
    const again = sentinel(async (sha, options) => (await nodeRedis.evalSha(sha, options), nodeRedis.evalSha(sha, options)))
    const store = promised(atomicRedis(new RedisStore({ client: again as never, prefix: prefix() })) as AnyStore)
    expect((await store.compareAndSet('a', { n: 1 }, null)).ok).to.equal(true)
    expect((await store.get('a'))?.n).to.equal(1)
  })

  it('calls back with an error for a record that cannot be read', async () => {
    const space = prefix()
    await ioredis.set(`${space}a`, '{', 'EX', 60)
    const store = latest({ prefix: space })
    expect(await asked(store, 'get', 'a')).to.be.an.instanceof(SyntaxError)
  })

  it('calls back with the error of the client in each method', async () => {
    const client = createClient({ url: REDIS })
    await client.connect()
    const store = atomicRedis(new RedisStore({ client, prefix: prefix() })) as AnyStore
    await client.close()
    const session = promised(store).session('a', { n: 1 })
    expect(await asked(store, 'get', 'a')).to.be.an.instanceof(ClientClosedError)
    expect(await asked(store, 'compareAndSet', 'a', session, null)).to.be.an.instanceof(ClientClosedError)
    expect(await asked(store, 'update', 'a', session)).to.be.an.instanceof(ClientClosedError)
  })

  it('calls back with errors that the functions of the store throw', async () => {
    const failing = { parse: JSON.parse, stringify: () => { throw new RangeError('no') } } // prettier-ignore
    const store = atomicRedis(new RedisStore({ client: nodeRedis, prefix: prefix(), serializer: failing })) as AnyStore
    const session = promised(store).session('a', { n: 1 })
    expect(await asked(store, 'compareAndSet', 'a', session, null)).to.be.an.instanceof(RangeError)
    expect(await asked(store, 'update', 'a', session)).to.be.an.instanceof(RangeError)
  })
})

/** The clock of the server cannot be changed, but the remaining lifetime of each key can. */
async function older(ms: number): Promise<void> {
  for (const key of await ioredis.keys(`${PREFIX}*`)) {
    const left = await ioredis.pttl(key)
    if (left > 0) await ioredis.pexpire(key, Math.max(0, left - ms))
  }
}

/** Writes the same session object through any store. */
function put({ store }: ReturnType<typeof promised>, session: Session, version: Version): Promise<Outcome> {
  return new Promise((resolve, reject) =>
    store.compareAndSet?.('a', session, version, (err, outcome) => (err ? reject(err as Error) : resolve(outcome as Outcome))),
  )
}
