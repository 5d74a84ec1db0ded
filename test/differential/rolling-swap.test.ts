import { createServer, type Server } from 'node:http'
import { expect } from 'chai'
import ours = require('../../lib')
import { count } from '../support/handlers'
import { QUIET, setCookie, Visitor, type Req } from '../support/site'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types would be added to those of our own requests
const theirs = require('express-session') as typeof ours

/** A memory store of JSON strings, based on the Store class of either package. */
function storeFor(session: typeof ours, kept: Map<string, string>): InstanceType<typeof ours.Store> {
  type Done = (err?: unknown, found?: unknown) => void
  return Object.assign(new (session.Store as unknown as new () => InstanceType<typeof ours.Store>)(), {
    get: (id: string, done: Done) => done(null, JSON.parse(kept.get(id) ?? 'null')),
    set: (id: string, data: object, done: Done) => done(void kept.set(id, JSON.stringify(data))),
    destroy: (id: string, done: Done) => done(void kept.delete(id)),
    touch: (id: string, data: { cookie: object }, done: Done) =>
      done(void (kept.has(id) && kept.set(id, JSON.stringify({ ...(JSON.parse(kept.get(id) as string) as object), cookie: data.cookie })))),
  })
}

function server(session: typeof ours, kept: Map<string, string>): Server {
  const middleware = session({ ...QUIET, store: storeFor(session, kept), cookie: { maxAge: 60_000 } })
  return createServer((req, res) => middleware(req, res, () => count(req as Req, res)))
}

describe('differential: rolling from one package to the other and back', () => {
  it('1,000 alternating requests of one client lose no count and no login', async () => {
    const kept = new Map<string, string>()
    const servers = [server(ours, kept), server(theirs, kept)].map(server => server.listen(0))
    let cookie = ''
    for (let n = 0; n < 1000; n++) {
      const visitor = new Visitor(servers[n % 2] as Server)
      visitor.cookie = cookie
      expect((await visitor.get()).text).to.equal(String(n + 1))
      cookie = visitor.cookie
    }
    expect(kept.size).to.equal(1)
    for (const server of servers) server.close()
  }).timeout(60_000)

  it('cookies and records are identical', async () => {
    const genid = (): string => 'abc'
    const seen = await Promise.all(
      [ours, theirs].map(async session => {
        const kept = new Map<string, string>()
        const middleware = session({ ...QUIET, genid, store: storeFor(session, kept), cookie: { sameSite: 'lax', secure: false } })
        const visitor = new Visitor(createServer((req, res) => middleware(req, res, () => count(req as Req, res))))
        return [setCookie(await visitor.get()), kept.get('abc')]
      }),
    )
    expect(seen[0]).to.deep.equal(seen[1])
  })
})
