// What overlapping writes of one large session cost, beside express-session: `npx tsx benchmarks/overlapping-writes.ts`
import { createRequire } from 'node:module'
import { sign } from 'cookie-signature'
import resession = require('../lib')

type Package = typeof resession
const load = createRequire(__filename)

const SIZES = [1, 10, 50, 200]
const AT_ONCE = 10
const ROUNDS = 40
const SECRET = 'keyboard cat, keyboard cat'
const COOKIE = `connect.sid=${encodeURIComponent(`s:${sign('ada', SECRET)}`)}`

/** A record of so many kilobytes, in keys of a kilobyte each. */
function recordOf(kilobytes: number): string {
  const cookie = { originalMaxAge: null, expires: null, path: '/', httpOnly: true }
  const keys = Array.from({ length: kilobytes }, (_, at) => [`key-${at}`, { text: 'x'.repeat(900), tags: ['a', 'b', 'c'], n: at }])
  return JSON.stringify({ cookie, ...(Object.fromEntries(keys) as object) })
}

/** A store of strings that calls back in a later turn, as a database does. */
function storeFor(Store: Package['Store'], texts: Map<string, string>): InstanceType<Package['Store']> {
  const store = new (Store as unknown as new () => object)()
  const later = (done: unknown, ...given: unknown[]): void =>
    void setImmediate(() => (done as (...answer: unknown[]) => void)(null, ...given))
  return Object.assign(store, {
    get: (id: string, done: unknown) => later(done, JSON.parse(texts.get(id) ?? 'null')),
    set: (id: string, data: object, done: unknown) => (texts.set(id, JSON.stringify(data)), later(done)),
    destroy: (id: string, done: unknown) => (texts.delete(id), later(done)),
    touch: (_id: string, _data: object, done: unknown) => later(done),
  }) as never
}

/** One request that puts a key of its own into the session, without HTTP. */
function write(middleware: (req: never, res: never, next: () => void) => void, key: string): Promise<void> {
  const req = {
    url: '/',
    method: 'GET',
    headers: { cookie: COOKIE },
    connection: {},
    session: undefined as Record<string, unknown> | undefined,
  }
  return new Promise(resolve => {
    const res = {
      headersSent: false, statusCode: 200, _header: null, _implicitHeader() { this.writeHead() }, getHeader() {}, setHeader() {}, getHeaderNames: () => [], removeHeader() {}, hasHeader: () => false, on() { return this }, once() { return this }, emit() {}, removeListener() {}, listenerCount: () => 0,
      writeHead() { this.headersSent = true }, write: () => true, end() { resolve() },
    } // prettier-ignore
    middleware(req as never, res as never, () => {
      // The handler takes a turn, in which the others begin
      setImmediate(() => {
        ;(req.session as Record<string, unknown>)[key] = Math.random()
        res.end()
      })
    })
  })
}

/** @returns microseconds of CPU for a request */
async function measure(session: Package, kilobytes: number): Promise<number> {
  const texts = new Map([['ada', recordOf(kilobytes)]])
  const options = { secret: SECRET, resave: false, saveUninitialized: false, store: storeFor(session.Store, texts) }
  const middleware = session(options) as never
  const before = process.cpuUsage()
  for (let round = 0; round < ROUNDS; round++)
    await Promise.all(Array.from({ length: AT_ONCE }, async (_, at) => write(middleware, `mine-${at}`)))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / (ROUNDS * AT_ONCE)
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)] as number
}

async function main(): Promise<void> {
  const original = load('express-session') as Package
  for (const kilobytes of SIZES) {
    const ours: number[] = []
    const theirs: number[] = []
    for (let times = 0; times < 7; times++) {
      theirs.push(await measure(original, kilobytes))
      ours.push(await measure(resession, kilobytes))
    }
    const [mine, other] = [median(ours), median(theirs)]
    console.log(
      `${kilobytes} KB, ${AT_ONCE} at once: ${mine.toFixed(0)} µs, express-session ${other.toFixed(0)} µs, ratio ${(mine / other).toFixed(2)}`,
    )
  }
}

void main()
