import { expect } from 'chai'
import { inspect } from 'node:util'
import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'
import type { KoaContext } from './koa-app'
import { LINEAGES, type Lineage } from './lineages'
import { bodies, sideBySide, type Looks } from './side-by-side'

type Data = Record<string, unknown>

const look = (ctx: KoaContext): string => inspect(ctx.session)

const LOOKS: Looks = {
  look,
  fill: ctx => (Object.assign(ctx.session as Data, { a: 1 }), look(ctx)),
  'app/fill': async ctx => (Object.assign((await (ctx.session as unknown)) as Data, { a: 1 }), 'filled'),
  'app/look': async ctx => inspect(await (ctx.session as unknown)),
  assign: ctx => ((ctx.session = { b: 2 } as never), look(ctx)),
  null: ctx => ((ctx.session = null), look(ctx)),
  names: ctx => ['sessionId', 'sessionSave', 'regenerateSession', 'saveSession'].map(name => typeof (ctx as unknown as Data)[name]),
}

/** The use of ctx.session by a middleware before the session. */
const BEFORE: Record<string, (ctx: KoaContext) => unknown> = {
  'reads it': ctx => void ctx.session,
  'writes into it': ctx => void ((ctx.session as Data).foo = 1),
  'reads what it has written': ctx => void ((ctx.session as Data).foo = (ctx.session as Data).bar = 1),
  'sets it to null': ctx => void (ctx.session = null),
}

const isKoaSession = ({ name }: Lineage): boolean => /^koa-session [67]/.test(name)
const isGeneric = ({ name }: Lineage): boolean => /^koa-(generic-session|session-ts)/.test(name)

for (const lineage of LINEAGES) {
  describe(`koa lineages: when ctx.session exists, ${lineage.name}`, () => {
    if (isKoaSession(lineage)) {
      for (const [what, act] of Object.entries(BEFORE)) {
        it(`with an earlier middleware that ${what}`, async () => {
          const before = async (ctx: KoaContext, next: () => Promise<void>): Promise<void> => {
            await act(ctx)
            await next()
          }
          const { original, preset } = bodies(await sideBySide(lineage, LOOKS, ['/look', '/fill', '/look', '/look'], { before }))
          expect(preset).to.deep.equal(original)
        })
      }

      it('an earlier middleware has an empty session with a store, and the session of the cookie without one', async () => {
        const seen: string[] = []
        const before = async (ctx: KoaContext, next: () => Promise<void>): Promise<void> => {
          seen.push(look(ctx))
          await next()
        }
        await sideBySide(lineage, LOOKS, ['/fill', '/look'], { before })
        // Two apps with two requests each
        const [a, b, c, d] = seen
        expect([...seen].sort()).to.deep.equal([a, b, c, d].sort())
        expect(seen.filter(text => text === '{}')).to.have.length(lineage.Store ? 4 : 2)
      })
    }

    // koa-session-store's middleware is a generator, which only Koa itself can run
    if (lineage.name.startsWith('koa-session-store')) return
    it('on paths for which the middleware does not run', async () => {
      const only = (ctx: KoaContext): boolean => ctx.path.startsWith('/app')
      const visits = ['/look', '/app/fill', '/look', '/assign', '/null', '/app/look']
      const { original, preset } = bodies(await sideBySide(lineage, LOOKS, visits, { only }))
      expect(preset).to.deep.equal(original)
    })

    if (isGeneric(lineage)) {
      for (const defer of [false, true]) {
        it(`on paths that are not the cookie’s${defer ? ', with defer' : ''}`, async () => {
          const cookie = { path: '/app', signed: true }
          const options = { defer, ...(/ts/.test(lineage.name) ? { cookieOptions: cookie } : { cookie }) } as AnySpelling
          const { original, preset } = bodies(
            await sideBySide(lineage, LOOKS, ['/look', '/app/fill', '/look', '/assign', '/null', '/names', '/app/look'], { options }),
          )
          expect(preset).to.deep.equal(original)
        })
      }
    }
  })
}
