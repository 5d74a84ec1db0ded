import { expect } from 'chai'
import { useClock } from '../../support/clock'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, leave, lines, show, type Ctx, type KoaSessionOptions, type Middleware } from '../site'

type Cookie = NonNullable<KoaSessionOptions['cookie']>

const HANDLERS = { '/': count, '/read': show, '/leave': leave }

const site = (cookie: Cookie, setting = {}): KoaSite => new KoaSite({ store: new TracingStore(), cookie }, HANDLERS, setting)

/** What is said of the cookie after its value. */
async function attributes(cookie: Cookie): Promise<string[]> {
  const res = await site(cookie).get().set('X-Forwarded-Proto', 'https')
  return (lines(res)[0] ?? '').split('; ').slice(1)
}

/** Of each attribute: values, and what becomes of them. */
const SAID: [cookie: Cookie, line: string[]][] = [
  [{}, ['path=/', 'httponly']],
  [{ path: '/' }, ['path=/', 'httponly']],
  [{ httpOnly: false }, ['path=/']],
  [{ httpOnly: undefined }, ['path=/', 'httponly']],
  [{ domain: 'example.com' }, ['path=/', 'domain=example.com', 'httponly']],
  [{ sameSite: 'lax' }, ['path=/', 'samesite=lax', 'httponly']],
  [{ sameSite: 'none' }, ['path=/', 'samesite=none', 'httponly']],
  [{ sameSite: true }, ['path=/', 'samesite=strict', 'httponly']],
  [{ sameSite: false }, ['path=/', 'httponly']],
  [{ sameSite: 'auto' }, ['path=/', 'samesite=lax', 'httponly']],
  [{ secure: 'auto' }, ['path=/', 'httponly']],
  [{ priority: 'high' }, ['path=/', 'priority=high', 'httponly']],
  [{ maxAge: null }, ['path=/', 'httponly']],
  [{ maxAge: 'session' as never }, ['path=/', 'httponly']],
  [{ maxAge: 60_000 }, ['path=/', 'expires=Thu, 01 Jan 2026 00:01:00 GMT', 'httponly']],
  [{ maxAge: 0 }, ['path=/', 'expires=Thu, 01 Jan 2026 00:00:00 GMT', 'httponly']],
  [{ expires: new Date(Date.UTC(2026, 0, 2)) }, ['path=/', 'expires=Fri, 02 Jan 2026 00:00:00 GMT', 'httponly']],
]

const REFUSED: Cookie[] = [
  { maxAge: '1d' as never },
  { maxAge: -1 },
  { maxAge: NaN },
  { maxAge: Infinity },
  { path: 'a;b' },
  { domain: 'a;b' },
  { sameSite: 'loose' as never },
  { priority: 'urgent' as never },
  'secure' as never,
  5 as never,
  (() => ({})) as never,
]

describe('koa options: cookie', () => {
  useClock()

  for (const [cookie, line] of SAID) {
    it(`${JSON.stringify(cookie)} says ${line.join('; ')}`, async () => {
      expect(await attributes(cookie)).to.deep.equal(line)
    })
  }

  it('says the same of the signature', async () => {
    const [cookie = '', signature = ''] = lines(await site({ domain: 'example.com', maxAge: 5_000, sameSite: 'lax' }).get())
    expect(signature).to.match(/^koa\.sid\.sig=/)
    expect(signature.split('; ').slice(1)).to.deep.equal(cookie.split('; ').slice(1))
  })

  for (const cookie of REFUSED) {
    it(`${typeof cookie === 'object' ? JSON.stringify(cookie) : typeof cookie} is refused when the app starts`, () => {
      expect(() => site(cookie)).to.throw(TypeError, /^(cookie option must have|option \w+ is invalid)/)
    })
  }

  describe('secure', () => {
    const proxied = (cookie: Cookie): KoaSite => {
      const behind = site(cookie)
      behind.app.proxy = true
      return behind
    }

    for (const secure of [true, 'auto', undefined] as const) {
      it(`${secure} is said on HTTPS`, async () => {
        const res = await proxied({ secure }).get().set('X-Forwarded-Proto', 'https')
        expect(lines(res).map(line => line.includes('; secure'))).to.deep.equal([true, true])
      })
    }

    it('false is not, even there', async () => {
      const res = await proxied({ secure: false }).get().set('X-Forwarded-Proto', 'https')
      expect(lines(res).map(line => line.includes('; secure'))).to.deep.equal([false, false])
    })

    it('auto with sameSite auto is none there', async () => {
      const res = await proxied({ secure: 'auto', sameSite: 'auto' }).get().set('X-Forwarded-Proto', 'https')
      expect(lines(res)[0]).to.contain('samesite=none')
    })

    it('true on plain HTTP is an error of the request, and nothing is stored', async () => {
      const plain = site({ secure: true })
      expect((await plain.get()).status).to.equal(500)
      expect(plain.errors.map(err => err.message)).to.deep.equal(['Cannot send secure cookie over unencrypted connection'])
    })
  })

  describe('signed', () => {
    it('true takes no cookie without its signature', async () => {
      const visitor = site({ signed: true }).visitor()
      await visitor.get()
      visitor.jar.forge('koa.sid.sig', 'wrong')
      expect((await visitor.get('/read')).text).to.equal('{}')
    })

    it('false sends one cookie, reads it and clears it', async () => {
      const visitor = site({ signed: false }, { keys: null }).visitor()
      expect(lines(await visitor.get()).length).to.equal(1)
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      expect(lines(await visitor.get('/leave')).length).to.equal(1)
      expect(visitor.jar.names).to.deep.equal([])
    })
  })

  describe('overwrite', () => {
    const early: Middleware = (ctx, next) => {
      ctx.set('Set-Cookie', ['koa.sid=early; path=/'])
      return next()
    }
    const named = async (cookie: Cookie): Promise<string[]> =>
      lines(await site(cookie, { before: [early] }).get()).map(line => line.slice(0, 13))

    it('true takes back a cookie of the same name that was set before', async () => {
      const found = await named({})
      expect([found.length, found.includes('koa.sid=early')]).to.deep.equal([2, false])
    })

    it('false leaves it there', async () => {
      const found = await named({ overwrite: false })
      expect([found.length, found.includes('koa.sid=early')]).to.deep.equal([3, true])
    })
  })

  describe('path', () => {
    const say = (ctx: Ctx): unknown => {
      const { session, sessionSave, saveSession, regenerateSession } = ctx as Partial<Ctx>
      return (ctx.body = JSON.stringify({
        session: session ?? null,
        sessionSave: sessionSave ?? null,
        methods: [saveSession, regenerateSession],
      }))
    }
    const apart = new KoaSite({ store: new TracingStore(), cookie: { path: '/app' } }, { '/app': count, '/app/read': show, '/other': say })

    it('sees sessions below it, and nowhere else', async () => {
      const visitor = apart.visitor()
      await visitor.get('/app')
      expect((await visitor.get('/app/read')).text).to.equal('{"views":1}')
      expect((await apart.get('/other')).text).to.equal('{"session":null,"sessionSave":null,"methods":[null,null]}')
    })

    it('is of what the client asked for, whatever a router has made of that', async () => {
      const mount: Middleware = (ctx, next) => {
        Object.assign(ctx, { path: ctx.path.replace(/^\/app/, '') || '/' })
        return next()
      }
      const mounted = new KoaSite({ cookie: { path: '/app' } }, { '/': count, '/other': show }, { before: [mount] })
      expect([(await mounted.get('/app?a=/')).text, (await mounted.get('/other?/app')).text]).to.deep.equal(['1', 'null'])
    })
  })
})
