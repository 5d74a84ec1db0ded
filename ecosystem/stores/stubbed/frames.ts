import { createServer, type Server } from 'node:net'

/** The header of a protocol's messages. */
export interface Head {
  /** Its length in bytes. */
  readonly size: number
  /** The length of the whole message, from its header. */
  lengthOf(head: Buffer): number
}

/** A server that replies to each message with another one. */
export function answering({ size, lengthOf }: Head, answer: (message: Buffer) => Buffer): Server {
  return createServer(socket => {
    let rest = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= size && rest.length >= lengthOf(rest)) {
        const length = lengthOf(rest)
        socket.write(answer(rest.subarray(0, length)))
        rest = rest.subarray(length)
      }
    })
  })
}
