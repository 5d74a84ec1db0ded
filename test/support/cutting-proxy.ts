import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A command of Redis, or a statement of SQL, as clients send it. */
const COMMAND = /\$\d+\r\n(?:evalsha|eval|get|set|del|unlink|expire)\r\n|\b(?:select|insert|update|delete)\s/gi

/** A proxy for an engine that closes a connection when the engine has carried out the n-th command, before its reply arrives. */
export class CuttingProxy {
  /** The number of commands between two closed connections. */
  every = Infinity
  cuts = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #commands = 0

  private constructor(
    private readonly engine: URL,
    server: Server,
  ) {
    this.#server = server
    server.on('connection', socket => this.#connected(socket))
  }

  /** @param url of the engine */
  static async before(url: string): Promise<CuttingProxy> {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new CuttingProxy(new URL(url), server)
  }

  /** The URL of the engine, through the proxy. */
  get url(): string {
    const url = new URL(this.engine)
    url.hostname = '127.0.0.1'
    url.port = String((this.#server.address() as AddressInfo).port)
    return url.href
  }

  stop(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #connected(client: Socket): void {
    const engine = connect(Number(this.engine.port), this.engine.hostname)
    const cut = (): void => {
      client.destroy()
      engine.destroy()
    }
    let isDoomed = false
    client.on('data', chunk => {
      isDoomed ||= this.#isOver(chunk)
      engine.write(chunk)
    })
    engine.on('data', chunk => {
      if (!isDoomed) return void client.write(chunk)
      this.cuts++
      cut()
    })
    for (const socket of [client, engine]) {
      this.#sockets.add(socket)
      socket.on('error', cut).on('close', () => (this.#sockets.delete(socket), cut()))
    }
  }

  /** Whether the n-th command is in the chunk. */
  #isOver(chunk: Buffer): boolean {
    this.#commands += chunk.toString('latin1').match(COMMAND)?.length ?? 0
    if (this.#commands < this.every) return false
    this.#commands = 0
    return true
  }
}
