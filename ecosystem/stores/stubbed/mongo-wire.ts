import type { Server } from 'node:net'
import { answering, type Head } from './frames'
import type { Document } from './mongo-commands'

/** The codec that comes with the driver. */
export interface Bson {
  serialize(document: Document): Uint8Array
  deserialize(bytes: Uint8Array): Document
}

// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol
const HEAD: Head = { size: 16, lengthOf: head => head.readInt32LE(0) }
const OP_REPLY = 1
/** The first message of a connection, in all versions of the driver. */
const OP_QUERY = 2004
const OP_MSG = 2013

/** Parses the commands of the driver, and replies with their results. */
export function mongoWire({ serialize, deserialize }: Bson, run: (command: Document) => Document): Server {
  return answering(HEAD, message => {
    const begins = message.readInt32LE(12) === OP_QUERY
    // Flags, the zero-terminated name of a collection, and two numbers; or flags and the kind of the section
    const command = deserialize(message.subarray(begins ? message.indexOf(0, HEAD.size + 4) + 9 : HEAD.size + 5))
    const answer = serialize(run(command))
    // Flags, a cursor of twice the size, its start, and the number of documents; or flags and the kind
    const before = begins ? numbers(0, 0, 0, 0, 1) : Buffer.alloc(5)
    const length = HEAD.size + before.length + answer.length
    return Buffer.concat([numbers(length, 0, message.readInt32LE(4), begins ? OP_REPLY : OP_MSG), before, answer])
  })
}

function numbers(...all: number[]): Buffer {
  const bytes = Buffer.alloc(all.length * 4)
  all.forEach((number, at) => bytes.writeInt32LE(number, at * 4))
  return bytes
}
