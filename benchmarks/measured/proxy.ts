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

/** Passes on what comes. @param passing told of each chunk before it goes on, which waits until this returns */
export async function proxyTo(target: Target, passing: (direction: Direction, chunk: Buffer) => void): Promise<Proxy> {
  const server = createServer(near => {
    const far = connect(target)
    pass(near, far, chunk => passing('there', chunk))
    pass(far, near, chunk => passing('back', chunk))
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  return { port: (server.address() as AddressInfo).port, server }
}

function pass(from: Socket, to: Socket, passing: (chunk: Buffer) => void): void {
  from.setNoDelay(true)
  from.on('data', chunk => {
    passing(chunk)
    to.write(chunk)
  })
  from.on('error', () => to.destroy())
  from.on('close', () => to.end())
}
