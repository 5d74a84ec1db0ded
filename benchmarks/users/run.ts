// npm run bench:list [-- sessions]: the time of sessions.list for a user with 1,000 sessions on Redis, and the size of the list's record
import { createServer } from 'node:http'
import { randomBytes } from 'node:crypto'
import { RedisStore } from 'connect-redis'
import session = require('../../lib')
import { atomicRedis } from '../../lib/atomic'
import { registryId } from '../../lib/core/users/registry-record'
import { listening } from '../../test/support/listening'
import { connectRedis, REDIS, removeKeys } from '../redis'
import { table } from '../report/table'
import { median, rounded } from '../spread'

const USER = 'ada'
const WARM_UP = 20
const MEASURED = 50
const DEFAULT_SESSIONS = 1000

/** A text of the usual length of a browser's name. */
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36'

async function run(count: number): Promise<void> {
  const client = await connectRedis()
  if (!client) throw new Error(`needs Redis at ${REDIS}`)
  const prefix = `resession_${randomBytes(8).toString('hex')}:`
  const sessions = session({
    secret: 'keyboard cat, and more of it',
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 600_000 },
    store: atomicRedis(new RedisStore({ client, prefix })) as never,
    userId: current => (current as { user?: string }).user,
    describe: () => ({ agent: AGENT, ip: '203.0.113.7' }),
  })
  const server = createServer((req, res) =>
    sessions(req as never, res as never, (err?: unknown) => {
      if (err) return res.writeHead(500).end(String(err))
      Object.assign((req as never as { session: object }).session, { user: USER })
      return res.end()
    }),
  )
  const url = await listening(server)
  try {
    for (let login = 0; login < count; login++) await fetch(url)
    const keys = (await client.keys(`${prefix}*`)).filter(key => !key.includes(registryId(USER)))
    const reads = async (): Promise<unknown> => Promise.all(keys.map(async key => client.get(key)))
    const list = async (): Promise<unknown> => sessions.list(USER)
    for (let time = 0; time < WARM_UP; time++) await list().then(reads)
    const measured = { list: [] as number[], reads: [] as number[] }
    for (let time = 0; time < MEASURED; time++) {
      measured.list.push(await milliseconds(list))
      measured.reads.push(await milliseconds(reads))
    }
    const record = (await client.get(prefix + registryId(USER))) ?? ''
    const bytes = Buffer.byteLength(record)
    const row = (what: string, times: readonly number[]): (string | number)[] => [what, rounded(median(times)), rounded(Math.min(...times))]
    console.log(
      table(['', 'p50 ms', 'least ms'], [row(`sessions.list of ${count}`, measured.list), row(`${count} GETs`, measured.reads)], [0]),
    )
    console.log(`the record of the list has ${bytes} bytes, ${Math.round(bytes / count)} for each session`)
  } finally {
    server.close()
    server.closeAllConnections()
    await removeKeys(client, prefix)
    await client.close()
  }
}

async function milliseconds(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await act()
  return performance.now() - began
}

run(Number(process.argv[2] ?? DEFAULT_SESSIONS)).catch((err: unknown) => {
  console.error(err)
  process.exitCode = 1
})
