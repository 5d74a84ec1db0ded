import type { RequestListener } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { Connection } from '../../benchmarks/measured/connection'
import { PromiseStore } from '../../benchmarks/measured/promise-store'
import session = require('../../lib')
import koaSession = require('../../lib/koa')
import { PlainStore } from '../faults/stores'
import { KOAS, type KoaClass } from '../koa/koas'
import type { Ctx } from '../koa/site'
import { data } from '../support/handlers'
import type { Req } from '../support/host'
import { QUIET } from '../support/connect-host'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as (options?: { type: 'minor' }) => void

const VISITS = 400
/** In bytes per request. A request with its response and related objects has at least twice as much. */
const LITTLE = 3500

function connect(options: object): RequestListener {
  const middleware = session({ ...QUIET, ...options })
  return (req, res) =>
    middleware(req as never, res as never, () => res.end(String((data(req as Req).views = Number(data(req as Req).views ?? 0) + 1))))
}

function koa(Koa: KoaClass, options: object): RequestListener {
  const app = new Koa()
  app.keys = [QUIET.secret]
  app.use(koaSession(options))
  app.use((ctx: Ctx) => {
    const bag = ctx.session as { views?: number }
    ctx.body = String((bag.views = (bag.views ?? 0) + 1))
  })
  const listener = app.callback()
  return (req, res) => void listener(req, res)
}

describe('speed: the memory of a finished request', () => {
  const stores: Record<string, () => object> = {
    'in memory': () => ({ store: new session.MemoryStore() }),
    'in the cookie': () => ({ store: 'cookie' }),
    'in a store of promises': () => ({ store: new PromiseStore() }),
    'in a store that calls back': () => ({ store: new PlainStore() }),
  }
  const sites: Record<string, (options: object) => RequestListener> = {
    Connect: connect,
    ...Object.fromEntries(Object.entries(KOAS).map(([name, Koa]) => [name, (options: object) => koa(Koa, options)])),
  }

  for (const [host, open] of Object.entries(sites)) {
    for (const [where, options] of Object.entries(stores)) {
      it(`is freed by the next minor garbage collection, with a session ${where}, on ${host}`, async () => {
        const listener = open(options())
        const { setCookie } = await new Connection(listener, ['']).ask()
        const connection = new Connection(listener, [setCookie.map(line => line.split(';')[0]).join('; ')])
        expect((await connection.ask()).body).to.equal('2')
        await connection.visit(VISITS)
        expect(await leastLeftBy(connection)).to.be.below(LITTLE)
      })
    }
  }
})

/** In bytes per request: the least of three runs, because other code may allocate meanwhile. */
async function leastLeftBy(connection: Connection): Promise<number> {
  let least = Infinity
  for (let time = 0; time < 3; time++) {
    gc()
    const before = process.memoryUsage().heapUsed
    await connection.visit(VISITS)
    // A young object must survive two collections to become old
    for (let minor = 0; minor < 3; minor++) gc({ type: 'minor' })
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / VISITS)
  }
  return least
}
