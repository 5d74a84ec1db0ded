import { expect } from 'chai'
import type { IncomingMessage } from 'node:http'
import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'
import { Koa3, type KoaContext, type Middleware } from './koa-app'
import { LINEAGES, type Lineage } from './lineages'
import { serve, type Answer } from './serve'
import { PromiseStore } from './traced-stores'

type Requested = KoaContext & { readonly req: IncomingMessage }
type Data = Record<string, unknown>

const TOMORROW = new Date(Date.now() + 86_400_000 / 2).toISOString()

/** The cookies of records, as an app may have assigned them to `ctx.session.cookie`. */
const COOKIES: Record<string, object> = {
  nothing: {},
  'a path': { path: '/' },
  'an expiry': { expires: TOMORROW },
  'a path and an expiry': { path: '/', expires: TOMORROW },
  'a domain': { domain: 'localhost' },
  'secure, which is false': { secure: false },
  'an attribute of the app': { from: 'the app' },
}

/** The responses to a request that reads, one that changes, and one that reads. */
async function visit(create: Middleware, options: AnySpelling, cookie: object): Promise<readonly Answer[]> {
  class Stored extends PromiseStore {
    override async get(id: string): Promise<unknown> {
      return (await super.get(id)) ?? { cookie, user: 'tobi' }
    }
  }
  const app = Object.assign(new Koa3(), { keys: ['a key'], silent: true })
  const before = (ctx: Requested, next: () => unknown): unknown => ((ctx.req.headers.cookie = 'koa.sid=an-id'), next())
  app.use(before).use(create({ ...options, store: new Stored() as never }, app as never))
  app.use((ctx: KoaContext) => {
    const session = ctx.session as Data
    if (ctx.path === '/change') session.changed = true
    ctx.body = JSON.stringify(Object.keys(session).sort())
  })
  return serve(app, [{ path: '/' }, { path: '/change' }, { path: '/' }])
}

/** In how many minutes the cookie expires. */
const livesOf = (line = ''): number => Math.round((Date.parse(/expires=([^;]*)/.exec(line)?.[1] ?? '') - Date.now()) / 60_000)

for (const lineage of LINEAGES.filter(({ name }: Lineage) => /^koa-(generic-session|session-ts)/.test(name))) {
  describe(`koa lineages: records whose cookie has few options, ${lineage.name}`, () => {
    for (const [what, cookie] of Object.entries(COOKIES)) {
      it(`has ${what}`, async () => {
        const options = (): AnySpelling => lineage.words({ cookie: { signed: false } })
        const [original, preset] = [await visit(lineage.original, options(), cookie), await visit(lineage.preset, options(), cookie)]
        const bodies = preset.map(({ body }) => body)
        expect(bodies).to.deep.equal(original.map(({ body }) => body))
        expect(bodies).to.deep.equal(['["cookie","user"]', '["changed","cookie","user"]', '["changed","cookie","user"]'])
        expect(preset.map(({ lines }) => livesOf(lines[0]))).to.deep.equal(original.map(({ lines }) => livesOf(lines[0])))
      })
    }
  })
}
