import { expect } from 'chai'
import main = require('../../lib')
import { update } from '../../lib/koa'
import { PLACES } from './kinds'
import { count, KoaSite, show, type Ctx, type Handler } from './site'

type Data = Record<string, unknown>

const increment = (session: Data): void => void (session.views = Number(session.views ?? 0) + 1)

const WAYS: Record<string, (ctx: Ctx) => Promise<void>> = {
  'ctx.updateSession(change)': ctx => ctx.updateSession(increment),
  'update(ctx, change)': ctx => update(ctx, increment as never),
  'update(ctx, change) of the main entry': ctx => main.update(ctx as never, increment as never),
  'update(ctx.req, change) of the main entry': ctx => main.update(ctx.req, increment as never),
}

for (const [place, options] of Object.entries(PLACES)) {
  for (const defer of [false, true]) {
    describe(`koa: an update of a session in ${place}${defer ? ', with defer' : ''}`, () => {
      const visits = async (act: Handler, ...paths: string[]): Promise<string[]> => {
        const site = new KoaSite(
          { ...options(), defer },
          { '/act': act, '/read': async ctx => void (ctx.body = JSON.stringify((await (ctx.session as unknown)) ?? null)) },
        )
        const visitor = site.visitor()
        const texts: string[] = []
        for (const path of paths) texts.push((await visitor.get(path)).text)
        return texts
      }

      for (const [way, act] of Object.entries(WAYS)) {
        it(`by ${way} is stored, and sent`, async () => {
          expect((await visits(act, '/act', '/act', '/read'))[2]).to.equal('{"views":2}')
        })
      }

      it('is in ctx.session afterwards', async () => {
        const texts = await visits(async ctx => {
          await ctx.updateSession(increment)
          ctx.body = String(((await (ctx.session as unknown)) as Data).views)
        }, '/act')
        expect(texts).to.deep.equal(['1'])
      })

      it('rejects with ERR_SESSION_NOT_FOUND after the session has been ended', async () => {
        const texts = await visits(async ctx => {
          ctx.session = null
          ctx.body = await ctx.updateSession(increment).catch((err: NodeJS.ErrnoException) => err.code)
        }, '/act')
        expect(texts).to.deep.equal(['ERR_SESSION_NOT_FOUND'])
      })

      it('refuses a value that is no function', async () => {
        const texts = await visits(async ctx => {
          ctx.body = await ctx.updateSession(undefined as never).catch((err: Error) => err.message)
        }, '/act')
        expect(texts).to.deep.equal(['update needs a function that changes the session'])
      })
    })
  }
}

describe('koa: an update outside of the middleware', () => {
  it('rejects', async () => {
    const said: unknown[] = []
    const before = async (ctx: Ctx, next: () => Promise<unknown>): Promise<void> => {
      said.push(await update(ctx, () => {}).catch((err: Error) => err.message))
      await next()
    }
    await new KoaSite(PLACES['a store']?.() ?? {}, { '/': count, '/read': show }, { before: [before as never] }).get()
    expect(said).to.deep.equal(['update needs a request with a session: use the session middleware first'])
  })
})
