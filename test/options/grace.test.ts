import { expect } from 'chai'
import session = require('../../lib')
import { useClock } from '../support/clock'
import { ComparingEngineStore, EngineStore } from '../support/engine-store'
import { count, data, routes, show, shown } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { setCookie, siteOn, Visitor, type Handler, type Req, type Site } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const GRACE = 10_000

type Regenerates = { regenerate(options?: object): Promise<void> }

const renewed = async (req: Req, options?: object): Promise<void> => (req.session as unknown as Regenerates).regenerate(options)

const destroyed = async (req: Req): Promise<void> =>
  new Promise((resolve, reject) => req.session.destroy(err => (err ? reject(err as Error) : resolve())))

/** What two requests of one client may do. */
const ACTS: Readonly<Record<string, (req: Req) => unknown>> = {
  '/renew': async req => renewed(req, { keep: true }),
  '/renew-cart': async req => renewed(req, { keep: ['cart'] }),
  '/login': async req => (await renewed(req), Object.assign(data(req), { user: 'ada' })),
  '/login-keep': async req => (Object.assign(data(req), { user: 'ada' }), renewed(req, { keep: true })),
  '/login-keep-late': async req => (await renewed(req, { keep: true }), Object.assign(data(req), { user: 'ada' })),
  '/logout-keep': async req => (delete data(req).user, renewed(req, { keep: true })),
  '/logout-renew': async req => renewed(req),
  '/authenticated': async req => (await session.authenticated(req), renewed(req, { keep: true })),
  '/logout': destroyed,
  '/put': req => void (data(req).put = true),
  '/save': async req => ((data(req).put = true), req.session.save()),
  '/update': async req => session.update(req, draft => void Object.assign(draft, { put: true })),
  '/reload': async req => (await req.session.reload(), (data(req).put = true)),
  '/passive': req => void (data(req).put = true),
  '/wait': () => {},
}

/** A site in two processes, whose requests wait at one path for another. */
class Rig {
  readonly client: Visitor
  readonly sites: readonly Site[]
  readonly #waiting = new Map<string, { begun(): void; readonly goesOn: Promise<void> }>()

  constructor(host: Parameters<typeof siteOn>[0], stores: readonly Store[], options: Partial<SessionOptions> = {}) {
    const slow: Handler = async (req, res) => {
      await renewed(req, { keep: true })
      await this.#handler('/login-keep-slow', req => Object.assign(data(req), { user: 'ada' }))(req, res)
    }
    const acts = Object.fromEntries(Object.entries(ACTS).map(([path, act]) => [path, this.#handler(path, act)]))
    const handler = routes({
      '/': count,
      '/read': show,
      '/login-keep-slow': slow,
      '/begin': this.#handler('/begin', req => Object.assign(data(req), { cart: [1] })),
      ...acts,
    })
    this.sites = stores.map(store => siteOn(host, { store, saveUninitialized: false, resave: false, grace: GRACE, ...options }, handler))
    this.client = (this.sites[0] as Site).visitor()
  }

  #handler(path: string, act: (req: Req) => unknown): Handler {
    return async (req, res) => {
      const waiting = this.#waiting.get(path)
      this.#waiting.delete(path)
      waiting?.begun()
      await waiting?.goesOn
      const err = await Promise.resolve(act(req)).then(
        () => undefined,
        (err: Error & { code?: string }) => err,
      )
      res.end(err ? (err.code ?? err.message) : 'done')
    }
  }

  /** A client with the same cookie, in the other process. */
  get other(): Visitor {
    return Object.assign((this.sites.at(-1) as Site).visitor(), { cookie: this.client.cookie })
  }

  /** @param meanwhile runs while the request is in its handler. @returns the response */
  async during(client: Visitor, path: string, meanwhile: () => Promise<unknown>): Promise<string> {
    let go = (): void => {}
    const goesOn = new Promise<void>(resolve => (go = resolve))
    let response: Promise<{ text: string }> | undefined
    await new Promise<void>(begun => {
      this.#waiting.set(path, { begun, goesOn })
      response = client.get(path)
    })
    await meanwhile()
    go()
    return ((await response) as { text: string }).text
  }

  get errors(): readonly Error[] {
    return this.sites.flatMap(({ errors }) => errors)
  }
}

const read = async (client: Visitor): Promise<unknown> => shown((await client.get('/read')).text)

const PLACES: Readonly<Record<string, () => readonly Store[]>> = {
  MemoryStore: () => [new session.MemoryStore() as never],
  'a plain store': () => [new EngineStore({ touch: 'ttl', expires: true }).asStore],
  'a store that compares, whose touch moves only a TTL': () => [new ComparingEngineStore({ touch: 'ttl', expires: true }).asStore],
  'a store that compares, in two processes': () => {
    const records = new Map()
    return [new VersionedStore(records), new VersionedStore(records)]
  },
}

const IDLE = HOUR / 2

/** What requests move, so that a session lives longer than its record said when it was written. */
const KEPT_ALIVE: Readonly<Record<string, Partial<SessionOptions>>> = {
  'its idle limit': { idleTimeout: IDLE },
  'its idle limit, beside a listener': { idleTimeout: IDLE, on: { ended: () => {} } },
  'the lifetime of its cookie': { cookie: { maxAge: IDLE }, rolling: true },
}

/** How a session gets another ID, and what it has after another request with the earlier one has put something into its session. */
const REPLACED: Readonly<Record<string, object>> = {
  '/wait': { cart: [1], put: true },
  '/renew': { cart: [1] },
  '/renew-cart': { cart: [1] },
  '/login': { user: 'ada' },
}

for (const [what, place] of Object.entries(PLACES)) {
  onEachHost(`options: grace, on ${what}`, host => {
    const clock = useClock()
    const begun = async (options: Partial<SessionOptions> = {}): Promise<Rig> => {
      const rig = new Rig(host, place(), { renewAfter: HOUR, ...options })
      await rig.client.get('/begin')
      return rig
    }

    /** The first request after the time renews the ID. */
    const renew = async (client: Visitor): Promise<void> => {
      const before = client.cookie
      clock.turn(HOUR)
      await client.get('/wait')
      expect(client.cookie).to.not.equal(before)
    }

    it('leads a request with the earlier ID to the session, if the ID was renewed because of its age', async () => {
      const rig = await begun()
      const { other } = rig
      await renew(rig.client)
      expect(await read(other)).to.deep.equal({ cart: [1] })
      expect(other.cookie).to.equal(rig.client.cookie)
      await other.get('/put')
      expect(await read(rig.client)).to.deep.equal({ cart: [1], put: true })
    })

    const SNAPSHOTS: Readonly<Record<string, object>> = {
      '/renew': { cart: [1] },
      '/renew-cart': { cart: [1] },
      '/login': {},
      '/login-keep': { cart: [1] },
      '/login-keep-late': { cart: [1] },
    }
    for (const [path, seen] of Object.entries(SNAPSHOTS)) {
      it(`gives it what both sessions have, read-only and without a cookie, after ${path}`, async () => {
        const rig = await begun({ clearCookie: true } as never)
        const { other } = rig
        const { cookie } = other
        await rig.client.get(path)
        const after = await read(rig.client)
        const shownTo = await other.get('/read')
        expect([shown(shownTo.text), setCookie(shownTo)]).to.deep.equal([seen, undefined])
        for (const act of ['/put', '/', '/read']) expect(setCookie(await other.get(act)), act).to.equal(undefined)
        expect((await other.get('/save')).text).to.match(/ERR_SESSION_READ_ONLY|done/)
        expect(other.cookie).to.equal(cookie)
        expect(await read(rig.client)).to.deep.equal(after)
        clock.turn(GRACE)
        expect(await read(other)).to.deep.equal({})
      })
    }

    for (const path of ['/logout-keep', '/logout-renew', '/logout']) {
      it(`shows a user who has logged out to no request with the earlier ID: ${path}`, async () => {
        const rig = await begun()
        await rig.client.get('/login')
        const { other } = rig
        await rig.client.get(path)
        expect(await read(other)).to.not.have.property('user')
      })
    }

    it('never leads a request with the earlier ID behind a new authentication', async () => {
      const rig = await begun()
      await rig.client.get('/login')
      const { other } = rig
      clock.turn(1)
      await rig.client.get('/authenticated')
      expect(await read(other)).to.deep.equal({ user: 'ada' })
      expect(other.cookie).to.not.equal(rig.client.cookie)
    })

    it('keeps the cookie of a login beside listeners for ends, too', async () => {
      let ends = 0
      const rig = await begun({ on: { ended: () => void ends++ } })
      const { other } = rig
      await rig.client.get('/login')
      const response = await other.get('/read')
      expect([ends, shown(response.text), setCookie(response)]).to.deep.equal([1, {}, undefined])
    })

    it('lets a request with the earlier ID log in', async () => {
      const rig = await begun()
      const { other } = rig
      await rig.client.get('/login')
      await other.get('/login')
      expect(other.cookie).to.not.equal(rig.client.cookie)
      for (const client of [other, rig.client]) expect(await read(client)).to.deep.equal({ user: 'ada' })
    })

    it('ends the session of the new ID at a logout with the earlier one', async () => {
      const listeners = { on: { ended: () => {} } }
      for (const path of ['/renew', '/renew-cart', '/login-keep']) {
        for (const options of [{}, listeners]) {
          const rig = await begun(options)
          const { other } = rig
          await rig.client.get(path)
          await other.get('/logout')
          expect(await read(rig.client), path).to.deep.equal({})
        }
      }
    })

    it('does not lead it there while a login is under way', async () => {
      const rig = await begun()
      const { other } = rig
      const { client } = rig
      await rig.during(client, '/login-keep-slow', async () => {
        expect(await read(other)).to.deep.equal({ cart: [1] })
      })
      expect(await read(client)).to.deep.equal({ cart: [1], user: 'ada' })
      expect(await read(other)).to.deep.equal({ cart: [1] })
      expect(other.cookie).to.not.equal(client.cookie)
    })

    for (const path of ['/put', '/passive', '/save', '/update', '/reload']) {
      it(`saves what a request under way does: ${path}`, async () => {
        const rig = await begun({ activity: req => !req.url?.includes('passive') })
        const { other } = rig
        const answer = await rig.during(other, path, () => renew(rig.client))
        expect(answer).to.equal('done')
        expect(other.cookie).to.equal(rig.client.cookie)
        expect(await read(rig.client)).to.deep.equal({ cart: [1], put: true })
        expect(rig.errors).to.deep.equal([])
      })

      it(`saves nothing of a request under way, if the user has changed: ${path}`, async () => {
        const rig = await begun()
        const { other } = rig
        await rig.during(other, path, () => rig.client.get('/login-keep'))
        expect(await read(rig.client)).to.deep.equal({ cart: [1], user: 'ada' })
      })
    }

    it('renews the ID for a request under way that asks for it, after its age has', async () => {
      const rig = await begun()
      const { other } = rig
      expect(await rig.during(other, '/renew', () => renew(rig.client))).to.equal('done')
      expect(await read(other)).to.deep.equal({ cart: [1] })
      expect(other.cookie).to.not.equal(rig.client.cookie)
      expect(rig.errors).to.deep.equal([])
    })

    it('lets one of two requests have a new ID, if both ask for it', async () => {
      const rig = await begun()
      const { other } = rig
      expect(await rig.during(other, '/renew', () => rig.client.get('/renew'))).to.equal('ERR_SESSION_NOT_FOUND')
      expect(await read(rig.client)).to.deep.equal({ cart: [1] })
    })

    for (const path of ['/logout', '/logout-renew']) {
      it(`lets a logout of a request under way end both: ${path}`, async () => {
        const rig = await begun()
        await rig.client.get('/login')
        const { other } = rig
        await rig.during(other, path, () => rig.client.get('/renew'))
        expect(await read(rig.client)).to.deep.equal({})
      })

      it(`does not renew a session that has ended meanwhile: ${path}`, async () => {
        const rig = await begun()
        await rig.client.get('/login')
        const { other } = rig
        expect(await rig.during(other, '/renew', () => rig.client.get(path))).to.equal('ERR_SESSION_NOT_FOUND')
        for (const client of [other, rig.client]) expect(await read(client)).to.deep.equal({})
      })
    }

    it('leads it through two renewals, and not behind one that the app asked for', async () => {
      const rig = await begun({ renewAfter: 2 * MINUTE, grace: MINUTE })
      const first = rig.other
      clock.turn(2 * MINUTE)
      await rig.client.get('/wait')
      await rig.client.get('/renew')
      expect(await read(first)).to.deep.equal({ cart: [1] })
      await first.get('/put')
      expect(await read(rig.client)).to.deep.equal({ cart: [1] })
      expect(first.cookie).to.not.equal(rig.client.cookie)
    })

    for (const [moves, options] of Object.entries(KEPT_ALIVE)) {
      // Without touch, only an idle limit is moved
      if (!options.idleTimeout && !('touch' in (place()[0] as Store))) continue
      for (const [path, kept] of Object.entries(REPLACED)) {
        it(`serves it for the whole grace, if requests have only moved ${moves}: ${path}`, async () => {
          const rig = await begun(options)
          for (let visit = 0; visit < 2; visit++) {
            clock.turn(HOUR / 3)
            await rig.client.get('/wait')
          }
          const { other } = rig
          const { cookie } = other
          clock.turn(HOUR / 3)
          await rig.client.get(path)
          clock.turn(GRACE - 1)
          await other.get('/put')
          expect(other.cookie).to.equal(path === '/wait' ? rig.client.cookie : cookie)
          expect(await read(rig.client)).to.deep.equal(kept)
        })
      }
    }

    it('leaves the earlier ID no longer than the session', async () => {
      const rig = await begun({ idleTimeout: HOUR, absoluteTimeout: HOUR })
      const { other } = rig
      clock.turn(HOUR - 1)
      await rig.client.get('/renew')
      clock.turn(1)
      expect(await read(other)).to.deep.equal({})
    })
  })
}
