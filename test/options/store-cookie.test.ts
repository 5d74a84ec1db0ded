import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sign } from 'cookie-signature'
import cookieParser = require('cookie-parser')
import { expect } from 'chai'
import { useClock } from '../support/clock'
import { deprecations } from '../support/deprecations'
import { count, data, routes, show } from '../support/handlers'
import { payloadOf, readable } from '../support/payload'
import { setCookie, Site, type Handler, type Visitor } from '../support/site'
import { session, type SessionOptions } from '../support/subject'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Stores as many bytes as the query says. */
const fill: Handler = (req, res) => {
  data(req).text = 'x'.repeat(Number((req.url ?? '').split('?')[1]))
  res.end()
}

const logout: Handler = async (req, res) => {
  await req.session.destroy()
  res.end()
}

const HANDLERS = routes({ '/': count, '/read': show, '/fill': fill, '/logout': logout })

const siteOf = (options: Partial<SessionOptions> = {}, handler = HANDLERS): Site => new Site({ store: 'cookie', ...options }, handler)

/** A client with one earlier request. */
async function known(options?: Partial<SessionOptions>): Promise<{ site: Site; visitor: Visitor }> {
  const site = siteOf(options)
  const visitor = site.visitor()
  await visitor.get()
  return { site, visitor }
}

/** The data that a site reads from a cookie of any origin. */
const read = async (site: Site, cookie: string): Promise<unknown> => {
  const { views } = JSON.parse((await site.visitor().get('/read', { Cookie: cookie })).text) as { views?: number }
  return views
}

describe('options: store: "cookie"', () => {
  const clock = useClock()

  it('keeps the session in the cookie: another process with the same secret can read it', async () => {
    const { visitor } = await known()
    expect((await visitor.get()).text).to.equal('2')
    expect(await read(siteOf(), visitor.cookie)).to.equal(2)
  })

  it('writes JSON in base64url with the ID, the expiry and the data, signed as IDs are', async () => {
    const { visitor } = await known({ genid: () => 'abc', cookie: { maxAge: HOUR } })
    expect(readable(visitor)).to.deep.equal({ id: 'abc', ends: clock.now() + HOUR, maxAge: HOUR, data: { views: 1 } })
    expect(visitor.cookie).to.match(/^connect\.sid=s%3A[\w-]+\.[\w%]{43,}$/)
  })

  it('keeps the ID of a session, which is no part of its data', async () => {
    const ids: string[] = []
    const note: Handler = (req, res) => (ids.push(req.sessionID, req.session.id), count(req, res))
    const visitor = siteOf({}, note).visitor()
    for (let visit = 0; visit < 2; visit++) await visitor.get()
    expect(new Set(ids).size).to.equal(1)
    expect(ids[0]).to.match(/^[\w-]{32}$/)
  })

  it('keeps the cookie attributes that the handler has set', async () => {
    const strict: Handler = (req, res) => ((req.session.cookie.sameSite = 'strict'), count(req, res))
    const visitor = siteOf({ cookie: { priority: 'high' } }, routes({ '/': strict, '/again': count })).visitor()
    await visitor.get()
    expect(setCookie(await visitor.get('/again'))).to.match(/; Path=\/; HttpOnly; Priority=High; SameSite=Strict$/)
  })

  it('sets no cookie for an empty or unchanged session, unless saveUninitialized or resave is set', async () => {
    expect(setCookie(await siteOf({ saveUninitialized: undefined }).get('/read'))).to.equal(undefined)
    expect(setCookie(await siteOf({ saveUninitialized: true }).get('/read'))).to.be.a('string')
    const { visitor } = await known({ resave: undefined })
    expect(setCookie(await visitor.get('/read'))).to.equal(undefined)
    expect(setCookie(await (await known({ resave: true })).visitor.get('/read'))).to.be.a('string')
  })

  it('causes no deprecation warning if resave and saveUninitialized are missing', () => {
    expect(deprecations(() => session({ secret: 'x', store: 'cookie' }))).to.deep.equal([])
  })

  it('accepts "auto" and "off" for concurrency, and refuses "merge", because there is no store to read', () => {
    for (const concurrency of ['auto', 'off'] as const) {
      expect(() => session({ secret: 'x', store: 'cookie', concurrency })).to.not.throw()
    }
    expect(() => session({ secret: 'x', store: 'cookie', concurrency: 'merge' })).to.throw(
      TypeError,
      'concurrency option must not be "merge"',
    )
  })

  it('is the only string that is accepted as a store', () => {
    expect(() => session({ secret: 'x', store: 'cookie' })).to.not.throw()
    expect(() => session({ secret: 'x', store: 'cookies' as never })).to.throw(TypeError, 'store option must have a get method')
  })

  describe('with a foreign cookie', () => {
    it('starts a new session if any character has changed', async () => {
      const { site, visitor } = await known()
      const { cookie } = visitor
      for (let at = 'connect.sid='.length; at < cookie.length; at += 7) {
        const changed = cookie.slice(0, at) + (cookie[at] === 'A' ? 'B' : 'A') + cookie.slice(at + 1)
        expect(await read(site, changed), changed).to.equal(undefined)
      }
      expect(await read(site, cookie)).to.equal(1)
      expect(site.errors).to.deep.equal([])
    })

    it('starts a new session if the cookie has the signature of an ID, as from cookie-parser with the same secret', async () => {
      const { visitor } = await known()
      const forged = `connect.sid=${encodeURIComponent(`s:${sign(payloadOf(visitor), 'keyboard cat')}`)}`
      const parse = cookieParser('keyboard cat')
      const parsed = new Site({ store: 'cookie' }, HANDLERS, (req, res) => parse(req as never, res as never, () => {}))
      for (const site of [siteOf(), parsed]) expect(await read(site, forged)).to.equal(undefined)
      expect(await read(parsed, visitor.cookie)).to.equal(1)
    })

    it('starts a new session under another cookie name', async () => {
      const { visitor } = await known({ name: 'shop' })
      expect(await read(siteOf({ name: 'shop' }), visitor.cookie)).to.equal(1)
      expect(await read(siteOf({ name: 'admin' }), visitor.cookie.replace('shop', 'admin'))).to.equal(undefined)
    })

    it('starts a new session if the secret was removed, and reads the session if it still verifies', async () => {
      const { visitor } = await known({ secret: 'old' })
      expect(await read(siteOf({ secret: 'new' }), visitor.cookie)).to.equal(undefined)
      expect(await read(siteOf({ secret: ['new', 'old'] }), visitor.cookie)).to.equal(1)
      expect(await read(siteOf({ secret: async () => ['new', 'old'] }), visitor.cookie)).to.equal(1)
    })

    it('signs with the first secret, also if it was added while the server runs', async () => {
      const secret = ['old']
      const { visitor } = await known({ secret })
      const site = siteOf({ secret })
      secret.unshift('new')
      const later = site.visitor()
      later.cookie = visitor.cookie
      await later.get()
      expect(await read(siteOf({ secret: 'new' }), later.cookie)).to.equal(2)
    })

    it('changes no prototype, with __proto__ as a key of the data', async () => {
      const put: Handler = (req, res) => {
        data(req).nested = JSON.parse('{"__proto__":{"tall":true}}')
        Object.defineProperty(req.session, '__proto__', { value: { tall: true }, enumerable: true })
        res.end()
      }
      const look: Handler = (req, res) => {
        const everywhere = [data(req), data(req).nested, {}] as { tall?: true }[]
        res.end(JSON.stringify(everywhere.map(({ tall }) => tall ?? false)))
      }
      const visitor = siteOf({}, routes({ '/': put, '/look': look })).visitor()
      await visitor.get()
      expect(Object.keys(readable(visitor).data as object)).to.deep.equal(['nested', '__proto__'])
      expect((await visitor.get('/look')).text).to.equal('[false,false,false]')
    })
  })

  describe('expiry', () => {
    const stillThere = async (options: Partial<SessionOptions>, ms: number): Promise<unknown> => {
      const { site, visitor } = await known(options)
      clock.turn(ms)
      return read(site, visitor.cookie)
    }

    it('ends a session after its maxAge, or after a day without one, even if the cookie is sent again', async () => {
      expect(await stillThere({ cookie: { maxAge: HOUR } }, HOUR - 1)).to.equal(1)
      expect(await stillThere({ cookie: { maxAge: HOUR } }, HOUR)).to.equal(undefined)
      expect(await stillThere({}, DAY - 1)).to.equal(1)
      expect(await stillThere({}, DAY)).to.equal(undefined)
    })

    it('clears an expired cookie that the client sends', async () => {
      const { visitor } = await known({ cookie: { maxAge: HOUR, path: '/', domain: 'example.com' } })
      clock.turn(HOUR)
      const line = setCookie(await visitor.get('/read'))
      expect(line).to.equal('connect.sid=; Domain=example.com; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly')
    })

    it('starts again with each request that changes the session, and with every request if rolling is set', async () => {
      const later = async (options: Partial<SessionOptions>, path: string): Promise<unknown> => {
        const { site, visitor } = await known({ cookie: { maxAge: HOUR }, ...options })
        clock.turn(HOUR / 2)
        await visitor.get(path)
        clock.turn(HOUR - 1)
        return read(site, visitor.cookie)
      }
      expect(await later({}, '/')).to.equal(2)
      expect(await later({}, '/read')).to.equal(undefined)
      expect(await later({ rolling: true }, '/read')).to.equal(1)
    })
  })

  describe('a session that is too large', () => {
    /** The size of name and value, in bytes. */
    const sizeOf = (line: string | undefined): number => Buffer.byteLength((line ?? '').split(';')[0] ?? '')

    it('is an error in place of the response, and the client keeps its old session', async () => {
      const { site, visitor } = await known()
      const res = await visitor.get('/fill?4000')
      expect([res.status, setCookie(res)]).to.deep.equal([500, undefined])
      expect(res.text).to.match(/^session is too large for a cookie: \d+ bytes of 4093$/)
      expect(site.errors[0]).to.be.instanceOf(RangeError)
      expect((await visitor.get()).text).to.equal('2')
    })

    it('has more than 4093 bytes of name and value, to the byte', async () => {
      const site = siteOf({ genid: () => 'abc' })
      const sizes: number[] = []
      for (let length = 2900; length < 3000; length++) {
        const res = await site.get(`/fill?${length}`)
        sizes.push(res.status === 200 ? sizeOf(setCookie(res)) : Number(/(\d+) bytes/.exec(res.text)?.[1]))
        expect(res.status, `${sizes.at(-1)} bytes`).to.equal((sizes.at(-1) as number) > 4093 ? 500 : 200)
      }
      expect(Math.min(...sizes)).to.be.lessThan(4093)
      expect(Math.max(...sizes)).to.be.greaterThan(4093)
    })

    it('is an error for next after the response with saveErrors "report", and sets no cookie', async () => {
      const site = siteOf({ saveErrors: 'report' })
      const res = await site.get('/fill?4000')
      expect([res.status, setCookie(res)]).to.deep.equal([200, undefined])
      expect(site.errors[0]).to.be.instanceOf(RangeError)
    })
  })

  describe('logout', () => {
    it('clears the cookie', async () => {
      const { visitor } = await known({ cookie: { path: '/', sameSite: 'lax', secure: false, partitioned: true } })
      const line = setCookie(await visitor.get('/logout'))
      expect(line).to.equal('connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Partitioned; SameSite=Lax')
      expect((await visitor.get()).text).to.equal('1')
    })

    it('clears the cookie if the session is unset with "destroy", and not with "keep"', async () => {
      const drop: Handler = (req, res) => ((req.session = null as never), res.end())
      for (const [unset, views] of [
        ['destroy', undefined],
        ['keep', 1],
      ] as const) {
        const visitor = siteOf({ unset }, routes({ '/': count, '/read': show, '/drop': drop })).visitor()
        await visitor.get()
        await visitor.get('/drop')
        expect(await read(siteOf(), visitor.cookie), unset).to.equal(views)
      }
    })

    it('sets no cookie for a client without a session', async () => {
      expect(setCookie(await siteOf().get('/logout'))).to.equal(undefined)
    })

    it('does not affect a concurrent request: the client keeps the cookie that arrives last', async () => {
      let goOn = (): void => {}
      let arrived = (): void => {}
      const underWay = new Promise<void>(resolve => (arrived = resolve))
      const slow: Handler = async (req, res) => {
        await new Promise<void>(resolve => {
          goOn = resolve
          arrived()
        })
        count(req, res)
      }
      const visitor = siteOf({}, routes({ '/': count, '/slow': slow, '/logout': logout })).visitor()
      await visitor.get()
      const late = visitor.get('/slow')
      await underWay
      await visitor.get('/logout')
      expect(visitor.cookie).to.equal('connect.sid=')
      goOn()
      await late
      expect(readable(visitor).data).to.deep.equal({ views: 2 })
    })

    it('does not invalidate a copy of the cookie before it expires, as the documentation says', async () => {
      const { site, visitor } = await known({ cookie: { maxAge: HOUR } })
      const copy = visitor.cookie
      await visitor.get('/logout')
      expect(await read(site, copy)).to.equal(1)
      clock.turn(HOUR)
      expect(await read(site, copy)).to.equal(undefined)
      for (const file of ['SECURITY.md', 'docs/compatibility.md', 'docs/stores.md', 'docs/koa.md']) {
        const text = readFileSync(join(__dirname, '../..', file), 'utf8').replace(/\s+/g, ' ')
        expect(text, file).to.match(/cop(y|ied)[^.]*until it ends/)
      }
    })
  })
})
