import { randomBytes } from 'node:crypto'
import { proxyTo, type Proxy } from '../measured/proxy'
import { connectRedis, removeKeys, targetOf, urlThrough, type RedisClient } from '../redis'

/** The commands to Redis, and their bytes. */
export interface Cost {
  /** The names of the commands, in order, without those inside a script. */
  readonly commands: readonly string[]
  /** The bytes to and from Redis in its protocol, without the overhead of the network. */
  readonly there: number
  readonly back: number
}

/** A unique prefix, about as short as the store's own, because it is sent with every command. */
export function somePrefix(): string {
  return `~${randomBytes(4).toString('base64url')}:`
}

/** Counts the commands through it. Redis itself reports the commands, and a proxy their bytes. */
export class Counts {
  readonly prefix = somePrefix()
  #proxy: Proxy | undefined
  readonly #clients: RedisClient[] = []
  #counting = false
  #commands: string[] = []
  #bytes = { there: 0, back: 0 }
  #heard: (marker: string) => void = () => {}

  /** @throws Error if there is no Redis */
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

  /** A client whose commands are counted. */
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

  /** The counts since the last call. */
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

  /** The reports of Redis are delayed: they are complete when the marker of this call arrives. */
  async #settle(): Promise<void> {
    const marker = `${this.prefix}${randomBytes(8).toString('hex')}`
    const said = new Promise<void>(resolve => (this.#heard = line => line.includes(marker) && resolve()))
    await this.client.echo(marker)
    await said
  }

  /** `1700000000.000000 [0 127.0.0.1:50000] "GET" "key"`; commands inside a script have `[0 lua]`. */
  #monitored(line: string): void {
    const [, from, command = ''] = /\[\d+ ([^\]]+)\] "(\w+)"/.exec(line) ?? []
    if (command.toUpperCase() === 'ECHO') return this.#heard(line)
    if (this.#counting && from !== 'lua' && line.includes(this.prefix)) this.#commands.push(command.toUpperCase())
  }
}
