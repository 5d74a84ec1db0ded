import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export interface Target {
  readonly host: string
  readonly port: number
}

export type Direction = 'there' | 'back'

export interface Proxy {
  readonly port: number
  readonly server: Server
}

/**
 * Called with each chunk, which is delayed until the returned promise resolves.
 *
 * @param connection the same object for all chunks of one connection
 */
type Passing = (direction: Direction, chunk: Buffer, connection: object) => void | Promise<void>

/** Forwards all data. */
export async function proxyTo(target: Target, passing: Passing): Promise<Proxy> {
  const server = createServer(near => {
    const far = connect(target)
    pass(near, far, chunk => passing('there', chunk, near))
    pass(far, near, chunk => passing('back', chunk, near))
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  return { port: (server.address() as AddressInfo).port, server }
}

function pass(from: Socket, to: Socket, passing: (chunk: Buffer) => void | Promise<void>): void {
  from.setNoDelay(true)
  from.on('data', chunk => {
    const passed = passing(chunk)
    if (passed) void passed.then(() => to.write(chunk))
    else to.write(chunk)
  })
  from.on('error', () => to.destroy())
  from.on('close', () => to.end())
}
