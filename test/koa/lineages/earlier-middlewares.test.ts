import { expect } from 'chai'
import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'
import type { KoaContext } from './koa-app'
import { LINEAGES, type Lineage } from './lineages'
import { bodies, sideBySide, type Looks } from './side-by-side'

type Data = Record<string, unknown>
type Before = (ctx: KoaContext, next: () => Promise<void>) => unknown
type Wide = KoaContext & { sessionStore?: Record<'get' | 'destroy', (id: string) => Promise<unknown>> }

const LOOKS: Looks = {
  fill: async ctx => {
    const session = (await (ctx.session as unknown)) as Data
    return (session.a = Number(session.a ?? 0) + 1)
  },
  'app/fill': async ctx => (Object.assign((await (ctx.session as unknown)) as Data, { a: 1 }), 'filled'),
  store: ctx => typeof (ctx as Wide).sessionStore?.get,
  'store-ends': async ctx => (await (ctx as Wide).sessionStore?.destroy('no-id'), 'destroyed'),
}

const EMPTY = { 'an empty text, as ctx.get() of a missing header': '', null: null, undefined: undefined, 0: 0, false: false }

async function same(lineage: Lineage, acts: string[], setting: Parameters<typeof sideBySide>[3]): Promise<unknown> {
  const { original, preset } = bodies(await sideBySide(lineage, LOOKS, acts, setting))
  expect(preset).to.deep.equal(original)
  return preset
}

const of = (pattern: RegExp): Lineage[] => LINEAGES.filter(({ name }) => pattern.test(name))

describe('koa lineages: middlewares before the session', () => {
  for (const lineage of of(/^koa-(generic-session|session-ts)/)) {
    for (const defer of [false, true]) {
      for (const [what, value] of Object.entries(EMPTY)) {
        it(`${lineage.name}${defer ? ' with defer' : ''}: ctx.sessionId = ${what} leaves the session to the cookie`, async () => {
          const before: Before = (ctx, next) => (Object.assign(ctx, { sessionId: value }), next())
          expect(await same(lineage, ['/fill', '/fill', '/fill'], { before, options: { defer } })).to.deep.equal(['1', '2', '3'])
        })
      }
    }
  }

  for (const lineage of of(/^koa-(generic-session|session-store)/)) {
    for (const [what, value] of Object.entries(EMPTY)) {
      it(`${lineage.name}: ctx.session = ${what} does not leave the request without a session`, async () => {
        const before: Before = (ctx, next) => (Object.assign(ctx, { session: value }), next())
        expect(await same(lineage, ['/fill', '/fill', '/fill'], { before })).to.deep.equal(['1', '2', '3'])
      })
    }
  }

  // The older middleware has no session in such a request
  for (const lineage of of(/^koa-session-ts/)) {
    it(`the preset of ${lineage.name}: ctx.session = null does not leave the request without a session`, async () => {
      const before: Before = (ctx, next) => (Object.assign(ctx, { session: null }), next())
      expect(await same({ ...lineage, original: lineage.preset }, ['/fill', '/fill'], { before })).to.deep.equal(['1', '2'])
    })
  }

  for (const lineage of of(/^koa-generic-session/)) {
    for (const defer of [false, true]) {
      it(`${lineage.name}${defer ? ' with defer' : ''}: ctx.sessionStore exists on paths that are not the cookie’s`, async () => {
        const options = { defer, cookie: { path: '/app', signed: true } } as AnySpelling
        const seen = await same(lineage, ['/store', '/app/fill', '/store', '/store-ends'], { options })
        expect(seen).to.deep.equal(['"function"', '"filled"', '"function"', '"destroyed"'])
      })
    }
  }
})
