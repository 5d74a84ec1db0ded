import { expect } from 'chai'
import { count as countViews, KoaSite, leave, show as showSession, type Ctx, type KoaSessionOptions, type Middleware } from '../koa/site'
import { cookieNames, lines } from '../support/browser'
import { useClock } from '../support/clock'
import { count, data, routes, show, shown } from '../support/handlers'
import { onEachHost, onEachKoa, onEachStorage } from '../support/hosts'
import { setCookie, Site, siteOn, type Handler } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const HOUR = 3_600_000

onEachStorage('options: cookie', (host, storage) => {
  const clock = useClock()
  const NAMES = host.cookieNames(storage.cookieName)
  const site = (cookie: SessionOptions['cookie']): Site =>
    siteOn(host, { ...storage.options(new TracingStore()), cookie }, routes({ '/': count, '/read': show }))

  it('with an expiry is set again only by a request that has changed the session', async () => {
    const client = site({ maxAge: HOUR }).browser()
    expect(lines(await client.get())[0]).to.contain('01:00:00')
    clock.turn(60_000)
    expect(lines(await client.get('/read'))).to.deep.equal([])
    expect(lines(await client.get('/'))[0]).to.contain('01:01:00')
  })

  it(`without an expiry is set ${storage.setsCookieOnSave ? 'with each save' : 'once'}`, async () => {
    const client = site({}).browser()
    const set: string[][] = []
    for (const path of ['/', '/', '/read']) set.push(cookieNames(await client.get(path)))
    expect(set).to.deep.equal([NAMES, storage.setsCookieOnSave ? NAMES : [], []])
  })
})

onEachHost('options: cookie', host => {
  it('comes after the cookies of the app', async () => {
    const site = siteOn(host, { name: 'sid' }, (req, res) => {
      res.setHeader('Set-Cookie', ['a=1', 'b=2'])
      count(req, res)
    })
    expect(cookieNames(await site.get())).to.deep.equal(['a', 'b', ...host.cookieNames('sid')])
  })
})

onEachStorage('options: cookie path', (host, storage) => {
  const hasSession: Handler = (req, res) => res.end(String(Boolean(req.session)))
  const site = (handler = hasSession, on = host): Site =>
    siteOn(on, { ...storage.options(new TracingStore()), cookie: { path: '/admin' } }, handler)

  it('limits the session to the paths below it', async () => {
    expect((await site().get('/admin')).text).to.equal('true')
    expect((await site().get('/admin/users?a=b')).text).to.equal('true')
    expect((await site().get('/')).text).to.equal('false')
    expect((await site().get('/other?next=/admin')).text).to.equal('false')
  })

  it('is the path to which browsers send the cookie', async () => {
    const client = site(routes({ '/admin': count, '/admin/read': show })).browser()
    await client.get('/admin')
    expect(shown((await client.get('/admin/read')).text)).to.deep.equal({ views: 1 })
  })

  it('is compared as a case-sensitive prefix, as in express-session', async () => {
    expect((await site().get('/administrator')).text).to.equal('true')
    expect((await site().get('/ADMIN')).text).to.equal('false')
  })

  it('is compared with the original URL, and not with the rest that a router leaves', async () => {
    const mounted = site(hasSession, host.mountedAt('/admin'))
    expect((await mounted.get('/admin/users')).text).to.equal('true')
    expect((await mounted.get('/admin?a=/')).text).to.equal('true')
    expect((await mounted.get('/other?/admin')).text).to.equal('false')
  })
})

/** Only on Connect. */
describe('options: cookie as a function', () => {
  useClock()

  it('is called for each new session', async () => {
    const site = new Site({ cookie: req => ({ path: '/', httpOnly: false, domain: req.headers.host?.split(':')[0] }) }, count)
    expect(setCookie(await site.get().set('Host', 'shop.example.com'))).to.match(/Domain=shop\.example\.com; Path=\/$/)
  })

  it('may be async', async () => {
    const site = new Site({ cookie: async () => ({ maxAge: HOUR }) }, count)
    expect(setCookie(await site.get())).to.contain('Expires=Thu, 01 Jan 2026 01:00:00 GMT')
  })

  it('may return "auto" for secure and sameSite', async () => {
    const auto = { cookie: () => ({ secure: 'auto', sameSite: 'auto' }) as const, proxy: true }
    expect(setCookie(await new Site(auto, count).get())).to.match(/; Path=\/; HttpOnly; SameSite=Lax$/)
    const res = await new Site(auto, count).get().set('X-Forwarded-Proto', 'https')
    expect(setCookie(res)).to.match(/; Path=\/; HttpOnly; Secure; SameSite=None$/)
  })

  it('that rejects its promise is an error for next', async () => {
    const site = new Site({ cookie: () => Promise.reject(new Error('no such tenant')) }, count)
    expect((await site.get()).text).to.equal('no such tenant')
  })

  it('that returns nothing leaves the defaults', async () => {
    for (const cookie of [null, async () => undefined, async () => null]) {
      expect(setCookie(await new Site({ cookie: cookie as never }, count).get())).to.match(/^connect\.sid=[^;]+; Path=\/; HttpOnly$/)
    }
  })

  it('may set the path', async () => {
    const site = new Site({ cookie: () => ({ path: '/app' }) }, (req, res) => res.end(String(Boolean(req.session))))
    expect((await site.get('/app')).text).to.equal('true')
    expect((await site.get('/')).text).to.equal('false')
  })

  it('is called again by regenerate, when the request may know more', async () => {
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

onEachKoa('options: cookie', (_, koa) => {
  type Cookie = NonNullable<KoaSessionOptions['cookie']>
  const site = (cookie: Cookie, setting = {}): KoaSite =>
    new KoaSite({ store: new TracingStore(), cookie }, { '/': countViews, '/read': showSession, '/leave': leave }, { ...setting, koa })

  for (const record of ['cookie', 'options', 'expiry', 'data'] as const) {
    it(`expires: false ends the cookie with the browser, and not the session: in the format ${record}`, async () => {
      const options = { store: 'cookie' as const, record, cookie: { expires: false as never } }
      const client = new KoaSite(options, { '/': countViews, '/read': showSession }, { koa }).visitor()
      expect(lines(await client.get()).join()).to.not.match(/expires/i)
      await client.get()
      expect((await client.get('/read')).text).to.equal('{"views":2}')
    })
  }

  it('signed: true refuses a cookie whose signature is wrong', async () => {
    const client = site({ signed: true }).visitor()
    await client.get()
    client.jar.forge('koa.sid.sig', 'wrong')
    expect((await client.get('/read')).text).to.equal('{}')
  })

  it('signed: false sets, reads and clears a cookie without a signature', async () => {
    const client = site({ signed: false }, { keys: null }).visitor()
    expect(lines(await client.get()).length).to.equal(1)
    expect((await client.get('/read')).text).to.equal('{"views":1}')
    expect(lines(await client.get('/leave')).length).to.equal(1)
    expect(client.jar.names).to.deep.equal([])
  })

  for (const [overwrite, what] of [
    [undefined, 'replaces'],
    [true, 'replaces'],
    [false, 'keeps'],
  ] as const) {
    it(`overwrite: ${overwrite} ${what} a cookie of the same name that was set before`, async () => {
      const early: Middleware = (ctx, next) => {
        ctx.set('Set-Cookie', ['koa.sid=early; path=/'])
        return next()
      }
      const found = lines(await site(overwrite === undefined ? {} : { overwrite }, { before: [early] }).get()).map(line =>
        line.slice(0, 13),
      )
      expect([found.length, found.includes('koa.sid=early')]).to.deep.equal(overwrite === false ? [3, true] : [2, false])
    })
  }

  it('path takes the session and its methods off the context of other paths', async () => {
    const say = (ctx: Ctx): unknown => {
      const { session, sessionSave, saveSession, regenerateSession } = ctx as Partial<Ctx>
      return (ctx.body = JSON.stringify({
        session: session ?? null,
        sessionSave: sessionSave ?? null,
        methods: [saveSession, regenerateSession],
      }))
    }
    const apart = new KoaSite({ store: new TracingStore(), cookie: { path: '/app' } }, { '/app': countViews, '/other': say }, { koa })
    expect((await apart.get('/other')).text).to.equal('{"session":null,"sessionSave":null,"methods":[null,null]}')
  })
})
