import { expect } from 'chai'
import { RedisStore } from 'connect-redis'
import { RedisStore as RedisStore8 } from 'connect-redis-8'
import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import { atomicRedis } from '../../lib/atomic'
import { RedisCluster } from '../support/engine-servers/redis-cluster'
import { needsRedisServer } from '../support/engines'
import { promised } from './store-cases'

describe('atomicRedis on a cluster', function () {
  this.timeout(20_000)
  let cluster: RedisCluster | undefined
  let ports: readonly number[] = []

  needsRedisServer()
  before(async () => {
    cluster = await RedisCluster.start()
    ports = cluster.ports
  })
  after(async () => cluster?.stop())

  it('writes through node-redis', async () => {
    const client = createCluster({ rootNodes: ports.map(port => ({ url: `redis://127.0.0.1:${port}` })) })
    await client.connect()
    await writes(promised(atomicRedis(new RedisStore({ client }))), 'node').finally(() => client.close())
  })

  it('writes through ioredis', async () => {
    const client = new Cluster(ports.map(port => ({ host: '127.0.0.1', port })))
    await writes(promised(atomicRedis(new RedisStore8({ client }), client)), 'io').finally(() => client.quit())
  })
})

/** Enough IDs for each server to have some. */
async function writes(store: ReturnType<typeof promised>, name: string): Promise<void> {
  for (let n = 0; n < 30; n++) {
    const id = `${name}${n}`
    const { version } = await store.compareAndSet(id, { n }, null)
    expect((await store.compareAndSet(id, { n: 50 + n }, version ?? null)).ok).to.equal(true)
    expect((await store.compareAndSet(id, { n }, version ?? null)).ok).to.equal(false)
    expect(await store.update(id, { n: 100 + n })).to.equal(true)
    expect((await store.get(id))?.n).to.equal(100 + n)
  }
}
