import { createRequire } from 'node:module'
import { expect } from 'chai'
import { KnownCookies } from '../../lib/koa/known-cookies'
import type { Cookies } from '../../lib/koa/context'
import { TracingStore } from '../support/tracing-store'
import { count, KOAS, KoaSite, lines, type Bag, type Handler } from './site'

interface CookiesClass {
  new (req: object, res: object, options: object): Cookies
  prototype: Cookies
  Cookie: { prototype: { toHeader(): string } }
}

/** What `ctx.cookies` is, on either Koa. */
const Published = createRequire(__filename)('cookies') as CookiesClass
const { set } = Published.prototype
const { toHeader } = Published.Cookie.prototype

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: the lines of a cookie that is sent again, on ${name}`, () => {
    /** The cookies that ctx.cookies was asked to set. */
    let asked: string[]
    beforeEach(() => void (asked = []))

    afterEach(() => {
      Published.prototype.set = set
      Published.Cookie.prototype.toHeader = toHeader
    })

    const others: Handler = ctx => {
      count(ctx)
      ;(ctx as unknown as { cookies: Cookies }).cookies.set('theme', 'dark', { signed: false })
    }
    const changing =
      (attributes: object): Handler =>
      ctx => {
        count(ctx)
        Object.assign((ctx.session as Bag).cookie, attributes)
      }
    const HANDLERS: Record<string, Handler> = {
      '/': count,
      '/others': others,
      '/header': ctx => [count(ctx), ctx.set('Set-Cookie', ['theme=dark; path=/; httponly'])],
      '/strict': changing({ sameSite: 'strict' }),
      '/longer': changing({ maxAge: 172_800_000 }),
    }

    /** A visitor for whom lines have been made by now, and what the last ones were. */
    async function known(options = {}): Promise<{ site: KoaSite; visit: (path?: string) => Promise<string[]>; last: string[] }> {
      const site = new KoaSite({ store: new TracingStore(), ...options }, HANDLERS, { koa, keys: ['key'] })
      const visitor = site.visitor()
      const visit = async (path = '/'): Promise<string[]> => lines(await visitor.get(path))
      // The first begins the session, the second has its signature verified, and the third its lines made
      for (let visits = 0; visits < 3; visits++) await visit()
      return { site, visit, last: await visit() }
    }

    const spy = function (this: Cookies, ...args: Parameters<Cookies['set']>): unknown {
      asked.push(args[0])
      return set.apply(this, args)
    }

    for (const [what, cookie] of Object.entries({ 'without an end': {}, 'with one': { maxAge: 10_000_000_000, sameSite: 'lax' } })) {
      it(`${what} are those that ctx.cookies would make`, async () => {
        const { visit, last } = await known({ cookie })
        Published.prototype.set = spy
        const apart = (line: string): string => line.replace(/expires=[^;]*/, 'expires=')
        expect((await visit()).map(apart)).to.deep.equal(last.map(apart))
        expect([asked, last.length]).to.deep.equal([['koa.sid', 'koa.sid.sig'], 2])
      })
    }

    it('are beside those that the app sets', async () => {
      const { visit, last } = await known()
      for (const path of ['/header', '/others']) expect(await visit(path)).to.have.members([...last, 'theme=dark; path=/; httponly'])
    })

    it('have the attributes that the cookie has by now', async () => {
      const { visit, last } = await known()
      expect(await visit('/strict')).to.deep.equal(last.map(line => line.replace('; httponly', '; samesite=strict; httponly')))
    })

    it('have the date that the cookie has by now', async () => {
      const { visit } = await known({ cookie: { maxAge: 86_400_000 } })
      const [line = ''] = await visit('/longer')
      const ends = new Date(/expires=([^;]*)/.exec(line)?.[1] ?? '').valueOf()
      expect(ends - Date.now()).to.be.within(172_790_000, 172_800_000)
    })

    it('are made by what somebody has put in its place: in the package, or in the app', async () => {
      const inPackage = await known()
      Published.Cookie.prototype.toHeader = function () {
        return `${toHeader.call(this)}; extra`
      }
      expect((await inPackage.visit()).every(line => line.endsWith('; extra'))).to.equal(true)
      Published.Cookie.prototype.toHeader = toHeader
      const inApp = await known()
      Object.defineProperty(inApp.site.app.context, 'cookies', {
        get(this: { req: object; res: object }) {
          return Object.assign(new Published(this.req, this.res, { keys: ['key'] }), { set: spy })
        },
      })
      expect((await inApp.visit()).length).to.equal(2)
      expect(asked).to.include('koa.sid')
    })
  })
}

describe('koa: the package that ctx.cookies is of', () => {
  const made = (Class: CookiesClass = Published): Cookies => new Class({ headers: {} }, {}, {})

  it('is known as it is published', () => {
    expect(KnownCookies.of(made())).to.be.an('object')
    expect(KnownCookies.of(made(createRequire(require.resolve('cookie-session'))('cookies') as CookiesClass))).to.be.an('object')
  })

  it('is not known where somebody has changed it', () => {
    class Own extends Published {}
    expect(KnownCookies.of(made(Own))).to.be.an('object')
    class Other extends Published {
      override set(...args: Parameters<Cookies['set']>): unknown {
        return super.set(...args)
      }
    }
    expect(KnownCookies.of(made(Other))).to.equal(undefined)
    expect(KnownCookies.of(Object.assign(made(), { set }))).to.equal(undefined)
  })
})
