import type { Column, Statement } from './cassandra-wire'

interface Row {
  readonly session: Buffer
  /** In whole seconds, like the TTL. */
  readonly until: number
}
/** By `sid`. */
type Table = Map<string, Row>

const TEXT = 0xd
const sid: Column = ['sid', TEXT]
const session: Column = ['session', TEXT]
const expires: Column = ['expires', 0xb]
const count: Column = ['count', 0x2]

/** Runs the statements of the store on rows in memory, and the statements with which a driver inspects a cluster. Anything else is an error. */
export function cassandraStatements(): (cql: string) => Statement {
  const tables = new Map<string, Table>()
  return cql => {
    const [name = ''] = /(?<=(FROM|INTO|TRUNCATE) )(?!system)\w+/.exec(cql) ?? []
    const [ttl] = /(?<=TTL )\d+/.exec(cql) ?? []
    const statement = STATEMENTS[cql.replace(name, name && 'sessions').replace(`TTL ${ttl}`, 'TTL 0')]
    if (!statement) throw new Error(`no such statement here: ${cql}`)
    const table = tables.get(name) ?? new Map<string, Row>()
    tables.set(name, table)
    return { parameters: [], ...statement(table, Number(ttl)) }
  }
}

type Run = Partial<Statement> & Pick<Statement, 'run'>

/** The statements for a table named `sessions`, without a default TTL. */
const STATEMENTS: Record<string, (table: Table, ttl: number) => Run> = {
  'SELECT session FROM sessions WHERE sid=?;': table => ({
    parameters: [sid],
    columns: [session],
    run: ([key]) => sessions(table, ([of]) => of === String(key)),
  }),
  'SELECT session FROM sessions ALLOW FILTERING;': table => ({ columns: [session], run: () => sessions(table) }),
  'SELECT count(*) FROM sessions ALLOW FILTERING;': table => ({ columns: [count], run: () => [[bigint(sessions(table).length)]] }),
  'INSERT INTO sessions (sid, session, expires) VALUES (?, ?, ?) USING TTL 0;': (table, ttl) => ({
    parameters: [sid, session, expires],
    run: ([key, session]) => void table.set(String(key), { session: session as Buffer, until: now() + ttl }),
  }),
  'DELETE FROM sessions WHERE sid=?;': table => ({ parameters: [sid], run: ([key]) => void table.delete(String(key)) }),
  'TRUNCATE sessions;': table => ({ run: () => table.clear() }),
  "SELECT * FROM system.local WHERE key='local'": () => ({
    columns: [
      ['data_center', TEXT],
      ['release_version', TEXT],
    ],
    run: () => [[Buffer.from('here'), Buffer.from('3.11.0')]],
  }),
  'SELECT * FROM system.peers': () => ({ columns: [], run: () => [] }),
  'SELECT * FROM system_schema.keyspaces': () => ({ columns: [], run: () => [] }),
  'USE "test"': () => ({ run: () => {} }),
}

function sessions(table: Table, isAsked: (entry: [sid: string, row: Row]) => boolean = () => true): Buffer[][] {
  return [...table].filter(entry => entry[1].until > now() && isAsked(entry)).map(([, row]) => [row.session])
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}

function bigint(of: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(of))
  return bytes
}
