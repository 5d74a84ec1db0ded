import { randomBytes } from 'node:crypto'
import { proxyTo, type Proxy } from '../measured/proxy'
import { connectRedis, removeKeys, targetOf, urlThrough, type RedisClient } from '../redis'

/** What was asked of Redis, and what it took on the way. */
export interface Cost {
  /** By their names, in order; what a script calls inside is not among them. */
  readonly commands: readonly string[]
  /** To Redis and from it, as its protocol has them: without what the network adds. */
  readonly there: number
  readonly back: number
}

/** A unique prefix, about as short as the store's own, because it is sent with every command. */
export function somePrefix(): string {
  return `~${randomBytes(4).toString('base64url')}:`
}

/** Everything that is asked of Redis through it is counted, while it counts. Redis itself says what it was, and a proxy how long it was. */
export class Counts {
  readonly prefix = somePrefix()
  #proxy: Proxy | undefined
  readonly #clients: RedisClient[] = []
  #counting = false
  #commands: string[] = []
  #bytes = { there: 0, back: 0 }
  #heard: (marker: string) => void = () => {}

  /** @throws Error where there is no Redis */
  static async open(): Promise<Counts> {
    const counts = new Counts()
    const monitor = await counts.#connect()
    await monitor.monitor(line => counts.#monitored(String(line)))
    await counts.#connect()
    counts.#proxy = await proxyTo(targetOf(), (direction, chunk) => {
      if (counts.#counting) counts.#bytes[direction] += chunk.length
    })
    return counts
  }

  /** Not counted. */
  get client(): RedisClient {
    return this.#clients[1] as RedisClient
  }

  /** A client of which everything is counted. */
  async counted(): Promise<RedisClient> {
    return this.#connect(urlThrough((this.#proxy as Proxy).port))
  }

  async resume(): Promise<void> {
    await this.#settle()
    this.#counting = true
  }

  async pause(): Promise<void> {
    await this.#settle()
    this.#counting = false
  }

  /** What was counted since this was called last. */
  take(): Cost {
    const cost = { commands: this.#commands, ...this.#bytes }
    this.#commands = []
    this.#bytes = { there: 0, back: 0 }
    return cost
  }

  async close(): Promise<void> {
    await removeKeys(this.client, this.prefix)
    for (const client of this.#clients) client.destroy()
    this.#proxy?.server.close()
  }

  async #connect(url?: string): Promise<RedisClient> {
    const client = await connectRedis(url)
    if (!client) throw new Error('what a session costs is counted on a Redis, and there is none: REDIS_URL says where')
    this.#clients.push(client)
    return client
  }

  /** What Redis says it does is late: until it has said that it did what is asked here, more may come. */
  async #settle(): Promise<void> {
    const marker = `${this.prefix}${randomBytes(8).toString('hex')}`
    const said = new Promise<void>(resolve => (this.#heard = line => line.includes(marker) && resolve()))
    await this.client.echo(marker)
    await said
  }

  /** `1700000000.000000 [0 127.0.0.1:50000] "GET" "key"`; of what a script calls, `[0 lua]`. */
  #monitored(line: string): void {
    const [, from, command = ''] = /\[\d+ ([^\]]+)\] "(\w+)"/.exec(line) ?? []
    if (command.toUpperCase() === 'ECHO') return this.#heard(line)
    if (this.#counting && from !== 'lua' && line.includes(this.prefix)) this.#commands.push(command.toUpperCase())
  }
}
