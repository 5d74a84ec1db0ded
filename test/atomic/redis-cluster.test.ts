import { expect } from 'chai'
import { RedisStore } from 'connect-redis'
import { RedisStore as RedisStore8 } from 'connect-redis-8'
import { Cluster, Redis } from 'ioredis'
import { setTimeout as pause } from 'node:timers/promises'
import { createCluster } from 'redis'
import { atomicRedis } from '../../lib/atomic'
import { ServerProcess } from '../support/engine-servers/server-process'
import { needsRedisServer } from '../support/engines'
import { freePort } from '../support/free-port'
import { newFolder } from '../package/installation'
import { promised } from './store-cases'

/** The slots of the three servers of the cluster. */
const SLOTS = [
  [0, 5460],
  [5461, 10922],
  [10923, 16383],
] as const

describe('atomicRedis on a cluster', function () {
  this.timeout(20_000)
  const servers: ServerProcess[] = []
  let ports: number[] = []

  needsRedisServer()
  before(async () => {
    ports = await cluster(servers)
  })
  after(async () => {
    for (const server of servers) await server.stop()
  })

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

/** @returns the ports, when all servers know each other */
async function cluster(servers: ServerProcess[]): Promise<number[]> {
  const known: { port: number; bus: number }[] = []
  for (const [from, to] of SLOTS) {
    const [port, bus] = [await freePort(), await freePort()]
    const settings = { port, 'cluster-enabled': 'yes', 'cluster-port': bus, bind: '127.0.0.1', dir: newFolder('redis-cluster-'), save: '' }
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
    const server = new ServerProcess(port, { program: 'redis-server', args, signal: 'SIGKILL' })
    await server.start()
    servers.push(server)
    const client = new Redis(port)
    await client.cluster('ADDSLOTSRANGE', from, to)
    // Their bus has a port of its own, which must be given
    const [met] = known
    if (met) await client.call('CLUSTER', 'MEET', '127.0.0.1', String(met.port), String(met.bus))
    await client.quit()
    known.push({ port, bus })
  }
  const ports = known.map(({ port }) => port)
  for (const port of ports) await settled(port)
  return ports
}

async function settled(port: number): Promise<void> {
  const client = new Redis(port)
  while (!/cluster_state:ok[^]*cluster_slots_ok:16384[^]*cluster_known_nodes:3/.test(String(await client.cluster('INFO')))) await pause(50)
  await client.quit()
}
