import { expect } from 'chai'
import expressSession = require('express-session')
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { info } from '../../lib'
import session = require('../../lib')
import { usePlace } from '../atomic/engine-place'
import { install, newFolder } from '../package/installation'
import { needsRegistry } from '../package/needs-registry'
import { lines } from '../support/browser'
import { connect, QUIET } from '../support/connect-host'
import { data, routes } from '../support/handlers'
import type { Host, Parts } from '../support/host'
import { endOf } from '../support/jar'
import { siteOn, type Site } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { engines } from './engines'
import type { Package, Store } from './engines/engine'

const MINUTE = 60_000
const LIMITS = { idleTimeout: 10 * MINUTE, absoluteTimeout: 60 * MINUTE } as const

/** Times of servers and clients differ by less. */
const SECOND = 1000

const HANDLERS = routes({
  '/count': (req, res) => res.end(String((data(req).count = Number(data(req).count ?? 0) + 1))),
  '/look': (req, res) => res.end(String(data(req).count ?? 0)),
  '/info': (req, res) => res.end(JSON.stringify(info(req) ?? null)),
})

const original = expressSession as unknown as Package

/** The same server, with express-session. */
const onExpressSession: Host = {
  ...connect,
  listener({ options, handler, fail }: Parts) {
    const middleware = original({ ...QUIET, ...options } as never)
    return (req, res) =>
      middleware(req as never, res as never, (err?: unknown) => (err ? fail(err, res) : void handler(req as never, res, () => {})))
  },
}

/** A store for each of the packages, with the same sessions. */
type Pair = readonly [ours: Store, theirs: Store]

/** In one process: what the one stores, the other has. */
function sharing<Kept extends object>(ours: Kept, theirs: Kept, field: keyof Kept): Pair {
  theirs[field] = ours[field]
  return [ours, theirs] as never
}

type InstalledStore = (session: Package) => new (options: object) => Store & { store: unknown }

const INSTALLED = { memorystore: '1.6.7', 'session-file-store': '1.5.0' } as const

/** @returns what makes stores of a package that is not one of the project's */
async function installed(name: keyof typeof INSTALLED): Promise<InstalledStore> {
  const folder = await install({ dependencies: INSTALLED })
  return createRequire(join(folder, 'index.js'))(name) as InstalledStore
}

function mixed(title: string, needs: () => void, usePair: () => () => Promise<Pair>): void {
  describe(`express-session beside timeouts, on ${title}`, function () {
    this.timeout(120_000)
    needs()
    const pairOf = usePair()

    async function sites(cookie: SessionOptions['cookie']): Promise<{ ours: Site; theirs: Site }> {
      const [ours, theirs] = await pairOf()
      return {
        ours: siteOn(connect, { store: ours as never, cookie, ...LIMITS }, HANDLERS),
        // It sends its cookie in each response, as long as it would like it to live
        theirs: siteOn(onExpressSession, { store: theirs as never, cookie, rolling: true }, HANDLERS),
      }
    }

    for (const first of ['ours', 'theirs'] as const) {
      it(`logs out no user, and keeps what the package remembers, if ${first === 'ours' ? 'it' : 'express-session'} begins the session`, async () => {
        const both = await sites({ maxAge: 30 * MINUTE })
        const client = both[first].browser()
        const [ours, theirs] = [client.at(both.ours.server), client.at(both.theirs.server)]
        expect((await client.get('/count')).text).to.equal('1')
        const known = (await ours.get('/info')).text
        expect(known).to.include('handle')
        for (let visit = 1; visit <= 10; visit++) {
          const [writer, reader] = visit % 2 === 0 ? [ours, theirs] : [theirs, ours]
          expect((await reader.get('/look')).text).to.equal(String(visit))
          expect((await writer.get('/count')).text).to.equal(String(visit + 1))
        }
        const { handle, createdAt } = JSON.parse(known) as Record<string, unknown>
        expect(JSON.parse((await ours.get('/info')).text)).to.include({ handle, createdAt })
        expect([...both.ours.errors, ...both.theirs.errors]).to.deep.equal([])
      })
    }

    for (const [what, maxAge] of [
      ['ends with the browser', undefined],
      ['lives longer than idleTimeout', 24 * 60 * MINUTE],
      ['lives shorter than idleTimeout', MINUTE],
    ] as const) {
      it(`sends no cookie that lives longer, if it ${what}`, async () => {
        const both = await sites(maxAge === undefined ? {} : { maxAge })
        const client = both.ours.browser()
        await client.get('/count')
        const theirs = client.at(both.theirs.server)
        for (const path of ['/look', '/count', '/look']) {
          const [line = ''] = lines(await theirs.get(path))
          expect(line).to.match(/^connect\.sid=/)
          if (maxAge === undefined) expect(line).to.not.match(/Expires/i)
          else expect(endOf(line)).to.be.at.most(Date.now() + maxAge + SECOND)
        }
        expect((await client.get('/look')).text).to.equal('2')
      })
    }
  })
}

mixed(
  'MemoryStore',
  () => {},
  () => async () => {
    const theirs = new original.MemoryStore() as unknown as { sessions: object }
    // With the class of express-session, as an app has it that changes the package and not the store
    return sharing(new original.MemoryStore() as unknown as { sessions: object }, theirs, 'sessions')
  },
)

mixed('memorystore', needsRegistry, () => async () => {
  const storeOn = await installed('memorystore')
  const make = (session: Package) => new (storeOn(session))({ checkPeriod: 24 * 60 * MINUTE })
  return sharing(make(session), make(original), 'store')
})

mixed('session-file-store', needsRegistry, () => async () => {
  const storeOn = await installed('session-file-store')
  const path = newFolder('file-store-')
  const make = (session: Package) => new (storeOn(session))({ path, reapInterval: -1, logFn: () => {} })
  return [make(session), make(original)]
})

for (const { name, title, url, needs } of engines) {
  if (name === 'ioredis' || name === 'sqlite') continue
  mixed(title, needs, () => {
    const { plain } = usePlace({ name, url }, 'mixed')
    return async () => [plain(session), plain(original)]
  })
}
