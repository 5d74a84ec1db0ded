import { Redis } from 'ioredis'
import { setTimeout as pause } from 'node:timers/promises'
import { newFolder } from '../../package/installation'
import { freePort } from '../free-port'
import { ServerProcess } from './server-process'

/** The slots of the three servers. */
const SLOTS = [
  [0, 5460],
  [5461, 10922],
  [10923, 16383],
] as const

/** Three servers that share the slots of a cluster. */
export class RedisCluster {
  private constructor(
    private readonly servers: readonly ServerProcess[],
    readonly ports: readonly number[],
  ) {}

  /** Resolves when all servers know each other. */
  static async start(): Promise<RedisCluster> {
    const servers: ServerProcess[] = []
    const cluster = new RedisCluster(servers, [])
    try {
      return new RedisCluster(servers, await startAll(servers))
    } catch (err) {
      await cluster.stop()
      throw err
    }
  }

  async stop(): Promise<void> {
    for (const server of this.servers) await server.stop()
  }
}

async function startAll(servers: ServerProcess[]): Promise<number[]> {
  const known: { port: number; bus: number }[] = []
  for (const [from, to] of SLOTS) {
    const [port, bus] = [await freePort(), await freePort()]
    const settings = { port, 'cluster-enabled': 'yes', 'cluster-port': bus, bind: '127.0.0.1', dir: newFolder('redis-cluster-'), save: '' }
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
    const server = new ServerProcess(port, { program: 'redis-server', args, signal: 'SIGKILL' })
    servers.push(server)
    await server.start()
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
