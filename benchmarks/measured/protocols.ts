export type EngineName = 'Redis' | 'PostgreSQL' | 'MariaDB'

/** Counts the requests in a chunk of one connection to the engine. A message may arrive in pieces. */
type Counter = (chunk: Buffer) => number

export const COUNTERS: Readonly<Record<EngineName, () => Counter>> = {
  /** A command is an array of strings: https://redis.io/docs/latest/develop/reference/protocol-spec/. No string of JSON has a line end. */
  Redis: () => chunk => chunk.toString('latin1').match(/\*\d+\r\n\$/g)?.length ?? 0,
  /** A Sync and a simple Query are each answered with one message: https://www.postgresql.org/docs/current/protocol-message-formats.html */
  PostgreSQL() {
    let begun = false
    return framed({
      // The first message has no type before its length
      head: () => (begun ? 5 : 4),
      rest: head => head.readUInt32BE(head.length - 4) - 4,
      isAsked: head => begun === (begun = true) && ['S', 'Q'].includes(String.fromCharCode(head[0] as number)),
    })
  },
  /** Packets are numbered, and a command is the first: https://mariadb.com/docs/server/reference/clientserver-protocol/0-packet */
  MariaDB: () => framed({ head: () => 4, rest: head => head.readUIntLE(0, 3), isAsked: head => head[3] === 0 }),
}

interface Frame {
  /** The number of bytes until the length is known. */
  head(): number
  /** The number of bytes that follow. */
  rest(head: Buffer): number
  isAsked(head: Buffer): boolean
}

function framed({ head, rest, isAsked }: Frame): Counter {
  let before = Buffer.alloc(0)
  return chunk => {
    before = Buffer.concat([before, chunk])
    let asked = 0
    for (let size = head(); before.length >= size; size = head()) {
      const start = before.subarray(0, size)
      const whole = size + rest(start)
      if (before.length < whole) break
      if (isAsked(start)) asked++
      before = before.subarray(whole)
    }
    return asked
  }
}
