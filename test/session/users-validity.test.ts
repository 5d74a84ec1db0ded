import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect } from 'chai'
import { QUIET, connect } from '../support/connect-host'
import { useClock } from '../support/clock'
import { EngineStore } from '../support/engine-store'
import { data, routes } from '../support/handlers'
import type { Host, Req } from '../support/host'
import { onEachHost, onEachKoa } from '../support/hosts'
import { koaHost } from '../support/koa-host'
import { sessionsOn } from '../support/sessions-of'
import { siteOn } from '../support/site'
import { session, type SessionOptions, type Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const USERS: Partial<SessionOptions> = { userId: (s: { user?: string }) => s.user, cookie: { maxAge: 600_000 } }

const HANDLERS = routes({
  '/become': (req, res) => ((data(req).user = 'ada'), res.end('done')),
  '/': (req, res) => res.end(String(data(req).user ?? 'nobody')),
})

/** What is at `req.session` after the session middleware has failed. */
function seenIn(req: Req): string {
  const seen = req.session as { user?: string } | undefined
  if (seen) Object.assign(seen, { n: 1 })
  return seen ? `served ${seen.user}` : 'no session'
}

/** An app on Connect whose error handler goes on with the request. */
const CONNECT: Host = {
  ...connect,
  listener({ options, handler }) {
    const middleware = session({ ...QUIET, ...options })
    return (incoming: IncomingMessage, res: ServerResponse) => {
      const req = incoming as Req
      middleware(req, res, (err?: unknown) => (err ? res.end(seenIn(req)) : handler(req, res, () => {})))
    }
  },
}

const UNANSWERED: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
  throws() {
    throw new Error('no database')
  },
  rejects: () => Promise.reject(new Error('no database')),
}

function suite(host: Host): void {
  for (const [how, unanswered] of Object.entries(UNANSWERED)) {
    it(`that ${how} leaves no session on the request, and changes nothing in the store and in the cookie`, async () => {
      let validate = (): boolean | Promise<boolean> => true
      const store = new EngineStore({ touch: 'ttl', expires: true })
      const more: Partial<SessionOptions> = { rolling: true, unset: 'destroy', clearCookie: true }
      const client = siteOn(host, { store: store.asStore, ...USERS, ...more, validate: () => validate() }, HANDLERS).browser()
      await client.get('/become')
      store.trace()
      validate = unanswered
      const res = await client.get()
      expect([res.text, res.headers['set-cookie'], store.trace()]).to.deep.equal(['no session', undefined, ['get']])
      validate = () => true
      expect((await client.get()).text).to.equal('ada')
    })
  }
}

const STORES: Readonly<Record<string, () => Store>> = {
  MemoryStore: () => new session.MemoryStore(),
  'a store that compares': () => new VersionedStore(new Map()) as never,
  'a plain store': () => new EngineStore({ touch: 'ttl', expires: true }).asStore,
}

/** What a process without `userId` has set. */
const BEFORE: Readonly<Record<string, Partial<SessionOptions>>> = {
  'express-session': {},
  'a process with absoluteTimeout': { absoluteTimeout: 1_200_000 },
}

onEachHost('sessions by user: readOnly', host => {
  const clock = useClock()
  const readOnly = { ...USERS, readOnly: () => true }

  for (const [what, make] of Object.entries(STORES)) {
    for (const [before, limits] of Object.entries(BEFORE)) {
      it(`ends a session of ${before} that revokeAll could not know, on ${what}`, async () => {
        const whys: unknown[] = []
        const store = make()
        const { cookie } = USERS
        const options = {
          ...readOnly,
          ...limits,
          store,
          on: { ended: ({ why }: { why: unknown }) => void whys.push(why) },
        } as Partial<SessionOptions>
        const sessions = sessionsOn(host, options)
        const client = siteOn(host, { store, cookie, ...limits } as Partial<SessionOptions>, HANDLERS).browser()
        await client.get('/become')
        const later = client.at(siteOn(host, options, HANDLERS).server)
        await sessions.revokeAll('bob')
        expect((await later.get()).text).to.equal('ada')
        clock.turn(1000)
        expect(await sessions.revokeAll('ada')).to.equal(0)
        expect([(await later.get()).text, whys]).to.deep.equal(['nobody', ['revoked']])
        expect((await client.get()).text).to.equal('nobody')
      })
    }
  }

  it('reads the list once for a session that is not listed, and writes nothing', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: true })
    const given = (options: Partial<SessionOptions>): Partial<SessionOptions> => ({ store: store.asStore, ...options })
    const client = siteOn(host, given({ cookie: { maxAge: 600_000 } }), HANDLERS).browser()
    await client.get('/become')
    const calls = async (options: Partial<SessionOptions>, path = '/'): Promise<string[]> => {
      store.trace()
      await client.at(siteOn(host, given(options), HANDLERS).server).get(path)
      return store.trace()
    }
    expect(await calls(readOnly)).to.deep.equal(['get', 'get'])
    expect(await calls(USERS)).to.include('set')
    expect(await calls(readOnly)).to.deep.equal(['get'])
    expect(await siteOn(host, given(readOnly), HANDLERS).browser().get()).to.include({ text: 'nobody' })
  })

  it('fails without a session if the list cannot be read, or userId throws', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: true })
    const client = siteOn(host, { store: store.asStore }, HANDLERS).browser()
    await client.get('/become')
    const { get } = store
    store.get = (id, done) => (id.startsWith('u!') ? setImmediate(done, new Error('no list')) : get.call(store, id, done))
    const userId = (): never => {
      throw new Error('no idea')
    }
    for (const options of [readOnly, { ...readOnly, userId }]) {
      const site = siteOn(host, { store: store.asStore, ...options } as Partial<SessionOptions>, HANDLERS)
      expect((await client.at(site.server).get()).status).to.equal(500)
      expect(site.errors.map(({ message }) => message)).to.deep.equal([options === readOnly ? 'no list' : 'no idea'])
    }
  })
})

describe('sessions by user: validate', () => suite(CONNECT))

onEachKoa('sessions by user: validate', (_host, koa) =>
  suite(
    koaHost(koa, async (ctx, next) => {
      try {
        await next()
      } catch {
        ctx.body = `${seenIn(ctx.req as Req)}${ctx.session ? ', served to Koa' : ''}`
      }
    }),
  ),
)
