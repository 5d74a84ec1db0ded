import { expect } from 'chai'
import { useClock } from '../support/clock'
import { count, data, routes } from '../support/handlers'
import { setCookie, Site } from '../support/site'
import { session, type CookieOptions } from '../support/subject'

const HOUR = 3_600_000

/** The attributes of the cookie that a first visit sets. */
async function attributes(cookie: CookieOptions, headers: Record<string, string> = {}): Promise<string | undefined> {
  const res = await new Site({ cookie, proxy: true }, count).get().set(headers)
  return setCookie(res)?.replace(/^[^;]*; /, '')
}

describe('options: cookie', () => {
  const clock = useClock()
  const https = { 'X-Forwarded-Proto': 'https' }

  it('is for every path, hidden from scripts, and ends with the browser where nothing else is said', async () => {
    expect(await attributes({})).to.equal('Path=/; HttpOnly')
  })

  describe('attributes', () => {
    const accepted: [CookieOptions, string][] = [
      [{ domain: 'example.com' }, 'Domain=example.com; Path=/; HttpOnly'],
      [{ httpOnly: false }, 'Path=/'],
      [{ maxAge: HOUR }, 'Path=/; Expires=Thu, 01 Jan 2026 01:00:00 GMT; HttpOnly'],
      [{ maxAge: 0 }, 'Path=/; Expires=Thu, 01 Jan 2026 00:00:00 GMT; HttpOnly'],
      [{ maxAge: null }, 'Path=/; HttpOnly'],
      [{ expires: new Date(Date.UTC(2027, 1, 3)) }, 'Path=/; Expires=Wed, 03 Feb 2027 00:00:00 GMT; HttpOnly'],
      [{ partitioned: true }, 'Path=/; HttpOnly; Partitioned'],
      [{ priority: 'low' }, 'Path=/; HttpOnly; Priority=Low'],
      [{ priority: 'medium' }, 'Path=/; HttpOnly; Priority=Medium'],
      [{ priority: 'high' }, 'Path=/; HttpOnly; Priority=High'],
      [{ sameSite: true }, 'Path=/; HttpOnly; SameSite=Strict'],
      [{ sameSite: 'strict' }, 'Path=/; HttpOnly; SameSite=Strict'],
      [{ sameSite: 'lax' }, 'Path=/; HttpOnly; SameSite=Lax'],
      [{ sameSite: 'none' }, 'Path=/; HttpOnly; SameSite=None'],
      [{ sameSite: false }, 'Path=/; HttpOnly'],
      [{ sameSite: 'auto' }, 'Path=/; HttpOnly; SameSite=Lax'],
      [{ secure: 'auto' }, 'Path=/; HttpOnly'],
      [{ secure: false }, 'Path=/; HttpOnly'],
    ]
    for (const [cookie, expected] of accepted) {
      it(`${JSON.stringify(cookie)} sets ${expected}`, async () => {
        expect(await attributes(cookie)).to.equal(expected)
      })
    }

    const secure: [CookieOptions, string][] = [
      [{ secure: true }, 'Path=/; HttpOnly; Secure'],
      [{ secure: 'auto' }, 'Path=/; HttpOnly; Secure'],
      [{ sameSite: 'auto' }, 'Path=/; HttpOnly; SameSite=None'],
      [{ secure: true, sameSite: 'none', partitioned: true }, 'Path=/; HttpOnly; Secure; Partitioned; SameSite=None'],
    ]
    for (const [cookie, expected] of secure) {
      it(`${JSON.stringify(cookie)} over HTTPS sets ${expected}`, async () => {
        expect(await attributes(cookie, https)).to.equal(expected)
      })
    }

    const refused: [unknown, string][] = [
      ['/', 'argument options must be a object'],
      [{ maxAge: '60000' }, 'maxAge must be a number or Date'],
      [{ domain: 'a;b' }, 'option domain is invalid'],
      [{ path: '/a;b' }, 'option path is invalid'],
      [{ path: '/\n' }, 'option path is invalid'],
      [{ priority: 'urgent' }, 'option priority is invalid'],
      [{ sameSite: 'sometimes' }, 'option sameSite is invalid'],
    ]
    for (const [cookie, message] of refused) {
      it(`${JSON.stringify(cookie)} is refused at setup`, () => {
        expect(() => session({ secret: 'x', cookie: cookie as CookieOptions })).to.throw(TypeError, message)
      })
    }

    it('is not set over plain HTTP with secure: true, though the session is saved', async () => {
      const store = new session.MemoryStore()
      const site = new Site({ cookie: { secure: true }, store }, count)
      expect(setCookie(await site.get())).to.equal(undefined)
      expect(Object.keys(store.sessions)).to.have.length(1)
    })

    it('with a date that is none is an error for next, and the response goes out', async () => {
      const site = new Site({ cookie: { expires: new Date(NaN) } }, count)
      const res = await site.get()
      expect(res.status).to.equal(200)
      expect(setCookie(res)).to.equal(undefined)
      await new Promise(resolve => setImmediate(resolve))
      expect(site.errors.map(err => err.message)).to.deep.equal(['option expires is invalid'])
    })
  })

  describe('path', () => {
    const site = (path: string): Site => new Site({ cookie: { path } }, (req, res) => res.end(String(Boolean(req.session))))

    it('keeps the session to the paths below it', async () => {
      expect((await site('/admin').get('/admin')).text).to.equal('true')
      expect((await site('/admin').get('/admin/users?a=b')).text).to.equal('true')
      expect((await site('/admin').get('/')).text).to.equal('false')
      expect((await site('/admin').get('/other?next=/admin')).text).to.equal('false')
    })

    it('is compared letter by letter, as express-session does', async () => {
      expect((await site('/admin').get('/administrator')).text).to.equal('true')
      expect((await site('/admin').get('/ADMIN')).text).to.equal('false')
    })

    it('is compared with what the client asked for, not with what a router left of it', async () => {
      const mounted = new Site(
        { cookie: { path: '/admin' } },
        (req, res) => res.end(String(Boolean(req.session))),
        req => Object.assign(req, { originalUrl: `/admin${req.url}` }),
      )
      expect((await mounted.get('/users')).text).to.equal('true')
    })
  })

  describe('as a function', () => {
    it('is asked for each new session', async () => {
      const site = new Site({ cookie: req => ({ path: '/', httpOnly: false, domain: req.headers.host?.split(':')[0] }) }, count)
      expect(setCookie(await site.get().set('Host', 'shop.example.com'))).to.match(/Domain=shop\.example\.com; Path=\/$/)
    })

    it('may be async', async () => {
      const site = new Site({ cookie: async () => ({ maxAge: HOUR }) }, count)
      expect(setCookie(await site.get())).to.contain('Expires=Thu, 01 Jan 2026 01:00:00 GMT')
    })

    it('knows auto', async () => {
      const auto = { cookie: () => ({ secure: 'auto', sameSite: 'auto' }) as const, proxy: true }
      expect(setCookie(await new Site(auto, count).get())).to.match(/; Path=\/; HttpOnly; SameSite=Lax$/)
      expect(setCookie(await new Site(auto, count).get().set(https))).to.match(/; Path=\/; HttpOnly; Secure; SameSite=None$/)
    })

    it('that fails is an error for next', async () => {
      const site = new Site({ cookie: () => Promise.reject(new Error('no such tenant')) }, count)
      expect((await site.get()).text).to.equal('no such tenant')
    })

    it('that gives nothing gives the defaults', async () => {
      for (const cookie of [null, async () => undefined, async () => null]) {
        expect(setCookie(await new Site({ cookie: cookie as never }, count).get())).to.match(/^connect\.sid=[^;]+; Path=\/; HttpOnly$/)
      }
    })

    it('decides on the path too', async () => {
      const site = new Site({ cookie: () => ({ path: '/app' }) }, (req, res) => res.end(String(Boolean(req.session))))
      expect((await site.get('/app')).text).to.equal('true')
      expect((await site.get('/')).text).to.equal('false')
    })

    it('is asked again by regenerate, when the request may know more', async () => {
      const site = new Site({ cookie: req => ({ maxAge: (req as { user?: string }).user ? HOUR : null }) }, (req, res) => {
        Object.assign(req, { user: 'tobi' })
        req.session.regenerate(() => {
          data(req).user = 'tobi'
          res.end()
        })
      })
      expect(setCookie(await site.get())).to.contain('Expires=Thu, 01 Jan 2026 01:00:00 GMT')
    })
  })

  it('is set once, and again only when the session with an expiry changed', async () => {
    const site = new Site({ cookie: { maxAge: HOUR } }, routes({ '/': count, '/read': (_, res) => res.end() }))
    const visitor = site.visitor()
    expect(setCookie(await visitor.get())).to.contain('01:00:00')
    clock.turn(60_000)
    expect(setCookie(await visitor.get('/read'))).to.equal(undefined)
    expect(setCookie(await visitor.get('/'))).to.contain('01:01:00')
  })

  it('without an expiry is set once', async () => {
    const visitor = new Site({}, count).visitor()
    expect(setCookie(await visitor.get())).to.be.a('string')
    expect(setCookie(await visitor.get())).to.equal(undefined)
  })

  it('comes behind the cookies of the app', async () => {
    const site = new Site({}, (req, res) => {
      res.setHeader('Set-Cookie', ['a=1', 'b=2'])
      count(req, res)
    })
    const lines = (await site.get()).headers['set-cookie'] as unknown as string[]
    expect(lines.map(line => line.split('=')[0])).to.deep.equal(['a', 'b', 'connect.sid'])
  })
})
