import { expect } from 'chai'
import koaSession = require('../../../lib/koa')
import presets = require('../../../lib/koa-presets')
import { ORIGINALS } from '../lineages/koa-app'
import { PromiseStore } from '../lineages/traced-stores'
import { TracingStore } from '../../support/tracing-store'
import { KoaSite, show, type Bag, type Ctx, type Handler, type KoaApp, type KoaSessionOptions } from '../site'

/** Any names on a context, or on the prototype of an app's contexts. */
type Names = Record<string, unknown>
type Create = (options: KoaSessionOptions, app: KoaApp) => unknown

/** The names on a context by which an app does not set its session. */
const NAMES = ['sessionId', 'sessionStore', 'sessionOptions', 'saveSession', 'updateSession', 'regenerateSession'] as const

const KINDS: Record<string, () => KoaSessionOptions> = {
  'a store': () => ({ store: new TracingStore() }),
  'the cookie': () => ({ store: 'cookie' }),
}

const MIDDLEWARES: Record<string, Create> = {
  'resession/koa': koaSession as unknown as Create,
  koaSession: presets.koaSession as unknown as Create,
  koaGenericSession: presets.koaGenericSession as unknown as Create,
  koaSessionStore: presets.koaSessionStore as unknown as Create,
}

/** Those of middlewares that have neither of them, and of the option that says so. */
const WITHOUT_THEM: Record<string, Create> = {
  'koa-session 7': ORIGINALS.koaSession7.create as unknown as Create,
  'koa-session 6': ORIGINALS.koaSession6.create as unknown as Create,
  'the preset koaSession': presets.koaSession as unknown as Create,
  'the preset koaSessionStore': presets.koaSessionStore as unknown as Create,
  'names: "koa-session"': ((options: object, app: never) => koaSession({ ...options, names: 'koa-session' }, app)) as unknown as Create,
}

const named = (holder: object): Names => holder as Names

const fill = (ctx: Ctx): unknown => ((ctx.session as Bag).a = 1)

for (const [whose, create] of Object.entries(MIDDLEWARES)) {
  for (const [kind, make] of Object.entries(KINDS)) {
    describe(`koa context: a name that the app sets, with ${whose} and sessions in ${kind}`, () => {
      const siteOf = (handler: Handler, instead: (app: KoaApp) => unknown = app => create(make(), app)): KoaSite =>
        new KoaSite({}, handler, { instead })

      for (const name of NAMES) {
        it(`ctx.${name} has the value, and the session is saved`, async () => {
          let found: unknown
          const visitor = siteOf(ctx => {
            if (ctx.path === '/read') return show(ctx)
            fill(ctx)
            named(ctx)[name] = 'mine'
            found = named(ctx)[name]
          }).visitor()
          await visitor.get()
          expect(found).to.equal('mine')
          expect((await visitor.get('/read')).text).to.include('"a":1')
        })

        for (const when of ['before', 'after'] as const) {
          it(`app.context.${name}, set ${when} the middleware is made, has the value in each context`, async () => {
            const found: unknown[] = []
            const instead = (app: KoaApp): unknown => {
              if (when === 'before') named(app.context)[name] = 'mine'
              const middleware = create(make(), app)
              if (when === 'after') named(app.context)[name] = 'mine'
              return middleware
            }
            const site = siteOf(ctx => void (fill(ctx), found.push(named(ctx)[name])), instead)
            for (const _ of [1, 2]) expect((await site.get()).headers['set-cookie']).to.have.length(2)
            expect(found).to.deep.equal(['mine', 'mine'])
          })
        }
      }

      it('app.context has no session itself', () => {
        const { app } = siteOf(() => {})
        expect([...NAMES, 'session', 'sessionSave'].filter(name => named(app.context)[name] !== undefined)).to.deep.equal([])
      })
    })
  }
}

for (const [whose, create] of Object.entries(WITHOUT_THEM)) {
  for (const [kind, hasStore] of [
    ['a store', true],
    ['the cookie', false],
  ] as const) {
    describe(`koa context: ctx.sessionId, sessionSave and sessionStore are names of the app, with ${whose} and sessions in ${kind}`, () => {
      const siteOf = (handler: Handler): KoaSite => {
        const options = hasStore ? { store: new PromiseStore() as never } : {}
        return new KoaSite({}, handler, { instead: app => create(options, app) })
      }

      it('they are undefined before the app sets them', async () => {
        const look: Handler = ctx =>
          void (ctx.body = { found: [ctx.sessionId ?? 'none', ctx.sessionSave ?? 'none', ctx.sessionStore ?? 'none'] })
        expect((await siteOf(look).get()).body).to.deep.equal({ found: ['none', 'none', 'none'] })
      })

      it('sessionSave = false prevents no save', async () => {
        const visitor = siteOf(ctx => {
          if (ctx.path === '/read') return show(ctx)
          ctx.sessionSave = false
          ctx.sessionId ??= 'the ID of the request'
          fill(ctx)
          ctx.body = [ctx.sessionSave, ctx.sessionId]
        }).visitor()
        expect((await visitor.get()).body).to.deep.equal([false, 'the ID of the request'])
        expect((await visitor.get('/read')).text).to.equal('{"a":1}')
      })
    })
  }
}

describe('koa context: ctx.sessionId that a handler sets, with koaGenericSession', () => {
  for (const defer of [false, true]) {
    it(`does not select another session after one was read${defer ? ', with defer' : ''}`, async () => {
      const store = new TracingStore()
      const site = new KoaSite(
        {},
        async ctx => {
          const session = (await (ctx.session as unknown)) as Bag
          if (ctx.path === '/set') ctx.sessionId = 'chosen'
          session.a = Number(session.a ?? 0) + 1
          ctx.body = [ctx.sessionId === 'chosen', session.a]
        },
        { instead: app => presets.koaGenericSession({ store, defer }, app as never) },
      )
      const visitor = site.visitor()
      await visitor.get()
      expect((await visitor.get('/set')).body).to.deep.equal([true, 2])
      expect((await visitor.get()).body).to.deep.equal([false, 3])
      expect(await store.count()).to.equal(1)
    })
  }
})
