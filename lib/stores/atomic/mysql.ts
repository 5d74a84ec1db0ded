import { isPromise } from '../../primitives/callbacks'
import type { SessionData } from '../../core/record/session-data'
import { give, sha256, wrongStore, type Atomic, type Engine, type PublishedStore } from './conditional-writes'
import { decided, repeatOnConflict, untilNoConflict } from './conflicts'

/** The internals of express-mysql-session 2 and 3. */
interface MysqlStore {
  readonly options: {
    /** In milliseconds. */
    readonly expiration: number
    readonly schema: { readonly tableName: string; readonly columnNames: Record<'session_id' | 'expires' | 'data', string> }
  }
  /** Version 2 calls back; version 3 returns a promise of a list. */
  query(sql: string, values: unknown[], done: (err: unknown, result?: unknown) => void): unknown
}

/** What a driver returns for a write: mysql has `message`, mysql2 has `info`. */
interface Written {
  readonly affectedRows: number
  readonly insertId: number | string
  readonly info?: string
  readonly message?: string
}

/** A number that no row counts to, and that every driver represents exactly. */
const REFUSED = 2 ** 52

const READ = 'SELECT CONVERT(?? USING utf8mb4) AS record, ?? AS expires FROM ?? WHERE ?? = ?'

const UPDATE = 'UPDATE ?? SET ?? = ?, ?? = ? WHERE ?? = ? AND ?? >= ?'

/** Compares in one character set, byte for byte: a collation may treat different letters as equal, and ignores trailing spaces. */
const COMPARE_AND_SET = `${UPDATE} AND SHA2(CONVERT(?? USING utf8mb4), 256) = ?`

/**
 * Overwrites a row only if it has expired. The expiry is set last, because later assignments see the changed row. The number of affected rows is
 * ambiguous: a client with CLIENT_FOUND_ROWS counts unchanged rows too. So the branch that refuses returns a number of its own.
 */
const CREATE = `INSERT INTO ?? (??, ??, ??) VALUES (?, ?, ?)
  ON DUPLICATE KEY UPDATE ?? = IF(?? < ?, VALUES(??), ??), ?? = IF(?? < ?, VALUES(??), ?? + 0 * LAST_INSERT_ID(${REFUSED}))`

/**
 * Gives a store of express-mysql-session `compareAndSet` and `update`. It writes what the store itself writes, so that express-session can share the
 * store. If a statement fails because it conflicted with another one (errors 1205 and 1213), the comparison is refused or the statement repeated;
 * also for the store's own `destroy` and `touch`.
 *
 * @example app.use(session({ store: atomicMysql(new (mysqlSession(session))(options)), … }))
 * @returns the same store
 * @throws TypeError for another store
 */
export function atomicMysql<S extends PublishedStore>(store: S): S & Atomic {
  const inside = store as unknown as MysqlStore
  if (typeof inside?.query !== 'function' || !inside.options?.schema?.columnNames?.session_id) {
    throw wrongStore('atomicMysql', 'a MySQLStore of express-mysql-session', store, 'atomicMysql(new (mysqlSession(session))(options))')
  }
  return repeatOnConflict(give(store, engineOf(inside), 'setOptions', 'atomicMysql'))
}

function engineOf(store: MysqlStore): Engine {
  const { tableName: table, columnNames } = store.options.schema
  const { session_id: key, expires, data } = columnNames

  const create = async (id: string, record: string, expiry: number): Promise<boolean> => {
    const row = [table, key, expires, data, id, expiry, record]
    const written = await ask<Written>(store, CREATE, [...row, data, expires, now(), data, data, expires, expires, now(), expires, expires])
    return Number(written.insertId) !== REFUSED
  }

  const replace = async (sql: string, id: string, record: string, expiry: number, condition: unknown[] = []): Promise<boolean> =>
    found(await ask<Written>(store, sql, [table, expires, expiry, data, record, key, id, expires, now(), ...condition]))

  return {
    async read(id) {
      const select = async () => ask<{ record: string; expires: number }[]>(store, READ, [data, expires, table, key, id])
      const [row] = await untilNoConflict(select)
      if (!row || row.expires < now()) return undefined
      return { session: JSON.parse(row.record) as SessionData, version: row.record }
    },
    async compareAndSet(id, session, version) {
      // Before the statement, which may be repeated: the request may go on to change its session
      const [record, expiry] = [JSON.stringify(session), expiryOf(store, session)]
      return decided(version, async () => {
        const write = version === null ? create(id, record, expiry) : replace(COMPARE_AND_SET, id, record, expiry, [data, sha256(version)])
        return (await write) ? { ok: true, version: record } : { ok: false }
      })
    },
    async update(id, session) {
      const [record, expiry] = [JSON.stringify(session), expiryOf(store, session)]
      return untilNoConflict(async () => replace(UPDATE, id, record, expiry))
    },
  }
}

function ask<Result>(store: MysqlStore, sql: string, values: unknown[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    const asked = store.query(sql, values, (err, result) => (err ? reject(err as Error) : resolve(result as Result)))
    if (isPromise<[Result]>(asked)) asked.then(([result]) => resolve(result), reject)
  })
}

/**
 * Whether a row matched. A client may count only rows that have changed; the text first says how many matched, in any language. With mysql it starts
 * with a length byte, which may look like a digit.
 */
function found({ affectedRows, info, message }: Written): boolean {
  return affectedRows > 0 || Number(/\D(\d+)/.exec(info ?? message ?? '')?.[1]) > 0
}

function now(): number {
  return Math.round(Date.now() / 1000)
}

/** In seconds since the epoch, by the rule of the store. */
function expiryOf({ options }: MysqlStore, { cookie }: SessionData): number {
  const { expires, _expires } = (cookie ?? {}) as { expires?: Date | null; _expires?: Date | null }
  return Math.round(new Date(expires || _expires || Date.now() + options.expiration).valueOf() / 1000)
}
