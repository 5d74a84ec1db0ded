import { expect } from 'chai'
import { MemoryStore } from '../../../lib'
import { koaGenericSession, koaSessionTs } from '../../../lib/koa-presets'
import { count, KOAS, KoaSite, lines, show, type Ctx, type Handler, type KoaSessionOptions, type Middleware, type Visitor } from '../site'

/** The part of koa-passport that this test uses. The package has no types. */
interface Passport {
  use(name: string, strategy: object): void
  serializeUser(act: (user: User, done: Done) => void): void
  deserializeUser(act: (name: string, done: Done) => void): void
  initialize(): Middleware
  session(): Middleware
  authenticate(name: string): Middleware
}

interface User {
  readonly name: string
}

type Done = (err: unknown, value?: unknown) => void

type PassportCtx = Ctx & {
  readonly state: { user?: User }
  isAuthenticated(): boolean
  login(user: User, options?: object): Promise<void>
  logout(options?: object): Promise<void>
}

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { KoaPassport } = require('koa-passport') as { KoaPassport: new () => Passport }

/** A strategy that accepts every user name. */
class Credulous {
  declare success: (user: User) => void
  declare fail: () => void

  authenticate(req: { ctx: Ctx }): void {
    const { name } = req.ctx.query
    if (name) this.success({ name })
    else this.fail()
  }
}

const PATHS: Record<string, (ctx: PassportCtx, authenticate: (ctx: Ctx) => unknown) => unknown> = {
  '/': count,
  '/read': show,
  '/strategy': (ctx, authenticate) => authenticate(ctx),
  '/login': ctx => ctx.login({ name: 'alice' }),
  '/keep': ctx => ctx.login({ name: 'alice' }, { keepSessionInfo: true }),
  '/logout': ctx => ctx.logout(),
  '/who': ctx => (ctx.body = ctx.isAuthenticated() ? ctx.state.user?.name : 'nobody'),
}

function passportSite({ options: make, preset }: Kind, koa: (typeof KOAS)['Koa 3']): KoaSite {
  const options = make()
  const passport = new KoaPassport()
  passport.use('credulous', Object.assign(new Credulous(), { name: 'credulous' }))
  passport.serializeUser(({ name }, done) => done(null, name))
  passport.deserializeUser((name, done) => done(null, { name }))
  const authenticate = passport.authenticate('credulous')
  const [initialize, session] = [passport.initialize(), passport.session()]
  const act: Handler = ctx => PATHS[ctx.path]?.(ctx as PassportCtx, ctx => authenticate(ctx, () => Promise.resolve()))
  return new KoaSite(options, ctx => initialize(ctx, () => session(ctx, () => act(ctx) as Promise<unknown>) as Promise<unknown>), {
    koa,
    ...(preset && { instead: app => preset(options, app as never) }),
  })
}

type Kind = { readonly options: () => KoaSessionOptions; readonly preset?: (options: KoaSessionOptions, app: never) => unknown }

const KINDS: Record<string, Kind> = {
  'in a store': { options: () => ({ store: new MemoryStore(), name: 'sess' }) },
  'in the cookie': { options: () => ({ name: 'sess' }) },
  // Its sessions have no methods; passport finds those of ctx.req.session
  'of koaGenericSession': { options: () => ({ store: new MemoryStore(), key: 'sess' }), preset: koaGenericSession as never },
  'of koaSessionTs': { options: () => ({ key: 'sess', cookieOptions: { signed: true } }), preset: koaSessionTs as never },
}

/** The data without the options of the cookie, which some packages store among it. */
function dataOf(text: string): object {
  const { cookie: _, ...data } = JSON.parse(text) as Record<string, unknown>
  return data
}

for (const [name, koa] of Object.entries(KOAS)) {
  for (const [kind, setting] of Object.entries(KINDS)) {
    describe(`koa context: koa-passport on ${name}, with sessions ${kind}`, () => {
      const visits = async (visitor: Visitor, ...paths: string[]): Promise<string[]> => {
        const texts: string[] = []
        for (const path of paths) texts.push((await visitor.get(path)).text)
        return texts
      }

      for (const login of ['/login', '/strategy?name=alice']) {
        it(`a user who logs in by ${login} is authenticated until the logout`, async () => {
          const visitor = passportSite(setting, koa).visitor()
          expect(await visits(visitor, '/who', login, '/who', '/who')).to.deep.equal(['nobody', 'Not Found', 'alice', 'alice'])
          expect((await visits(visitor, '/logout', '/who'))[1]).to.equal('nobody')
        })
      }

      it('a user whose login fails is not authenticated', async () => {
        const visitor = passportSite(setting, koa).visitor()
        expect((await visitor.get('/strategy')).status).to.equal(401)
        expect((await visitor.get('/who')).text).to.equal('nobody')
      })

      it('a login and a logout each change the session ID', async () => {
        const visitor = passportSite(setting, koa).visitor()
        const values: unknown[] = []
        for (const path of ['/', '/login', '/logout', '/']) {
          await visitor.get(path)
          values.push(visitor.jar.value('sess'))
        }
        expect(values[1]).to.not.equal(values[0])
        expect(values[2], 'after the logout').to.equal(undefined)
        expect(values[3]).to.not.equal(values[1])
      })

      it('the data from before the login is dropped, unless it is to be kept', async () => {
        const visitor = passportSite(setting, koa).visitor()
        await visits(visitor, '/', '/login')
        expect(dataOf((await visitor.get('/read')).text)).to.deep.equal({ passport: { user: 'alice' } })
        const other = passportSite(setting, koa).visitor()
        await visits(other, '/', '/keep')
        expect(dataOf((await other.get('/read')).text)).to.deep.equal({ views: 1, passport: { user: 'alice' } })
      })

      it('a client that does not log in gets no cookie', async () => {
        expect(lines(await passportSite(setting, koa).get('/who'))).to.deep.equal([])
      })
    })
  }
}
