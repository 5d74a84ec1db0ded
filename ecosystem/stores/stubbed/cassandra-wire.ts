import type { Server } from 'node:net'
import { answering, type Head } from './frames'

/** The name, and the number of the type in the protocol. */
export type Column = readonly [name: string, type: number]

export interface Statement {
  /** The types of its placeholders. */
  readonly parameters: readonly Column[]
  /** The columns of its rows. Missing if it has none. */
  readonly columns?: readonly Column[]
  /** Takes and returns values in the encoding of the protocol. */
  run(values: readonly Buffer[]): readonly (readonly Buffer[])[] | void
}

type Parse = (cql: string) => Statement
type Answer = readonly [opcode: number, body: Buffer]

// https://github.com/apache/cassandra/blob/trunk/doc/native_protocol_v4.spec
const HEAD: Head = { size: 9, lengthOf: head => 9 + head.readInt32BE(5) }
const OPCODE = {
  error: 0x0,
  startup: 0x1,
  ready: 0x2,
  options: 0x5,
  supported: 0x6,
  query: 0x7,
  result: 0x8,
  prepare: 0x9,
  execute: 0xa,
  register: 0xb,
}
const KIND = { void: 1, rows: 2, prepared: 4 }

const READY: Answer = [OPCODE.ready, Buffer.alloc(0)]
const ANSWERS: Record<number, (body: Buffer, parse: Parse) => Answer> = {
  [OPCODE.startup]: () => READY,
  [OPCODE.register]: () => READY,
  [OPCODE.options]: () => [OPCODE.supported, short(0)],
  [OPCODE.query]: (body, parse) => [OPCODE.result, outcome(parse(statementOf(body)), [])],
  [OPCODE.prepare]: (body, parse) => [OPCODE.result, prepared(statementOf(body), parse)],
  [OPCODE.execute]: (body, parse) => [OPCODE.result, executed(body, parse)],
}

/** Parses the statements of the driver, and replies with their results. */
export function cassandraWire(parse: Parse): Server {
  return answering(HEAD, message => {
    const [opcode, body] = answer(message, parse)
    // Version 4 without flags, in the stream of the request
    return Buffer.concat([Buffer.of(0x84, 0), message.subarray(2, 4), Buffer.of(opcode), int(body.length), body])
  })
}

function answer(message: Buffer, parse: Parse): Answer {
  try {
    const known = ANSWERS[message.readUInt8(4)]
    if (!known) throw new Error(`no such message here: ${message.readUInt8(4)}`)
    return known(message.subarray(HEAD.size), parse)
  } catch (err) {
    return [OPCODE.error, Buffer.concat([int(0x2000), text((err as Error).message)])]
  }
}

function statementOf(body: Buffer): string {
  return body.toString('utf8', 4, 4 + body.readInt32BE(0))
}

/** The statement is used as its ID. */
function prepared(cql: string, parse: Parse): Buffer {
  const { parameters, columns = [] } = parse(cql)
  return Buffer.concat([int(KIND.prepared), text(cql), described(parameters, int(0)), described(columns)])
}

function executed(body: Buffer, parse: Parse): Buffer {
  const end = 2 + body.readUInt16BE(0)
  const statement = parse(body.toString('utf8', 2, end))
  // Consistency, flags, and the number of values
  let at = end + 5
  const values = statement.parameters.map(() => {
    const from = at + 4
    at = from + body.readInt32BE(at)
    return Buffer.from(body.subarray(from, at))
  })
  return outcome(statement, values)
}

function outcome({ columns, run }: Statement, values: readonly Buffer[]): Buffer {
  const rows = run(values)
  if (!columns || !rows) return int(KIND.void)
  return Buffer.concat([int(KIND.rows), described(columns), int(rows.length), ...rows.flat().flatMap(value => [int(value.length), value])])
}

/** For parameters, the partition keys are also listed, or that there are none. */
function described(columns: readonly Column[], keys: Buffer = Buffer.alloc(0)): Buffer {
  const each = columns.flatMap(([name, type]) => [text(name), short(type)])
  // All of one table
  return Buffer.concat([int(1), int(columns.length), keys, text('test'), text('sessions'), ...each])
}

function text(of: string): Buffer {
  const bytes = Buffer.from(of)
  return Buffer.concat([short(bytes.length), bytes])
}

function short(of: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(of)
  return bytes
}

function int(of: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(of)
  return bytes
}
