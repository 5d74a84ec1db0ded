import { expect } from 'chai'
import { TracingStore } from '../support/tracing-store'
import { KOAS, KoaSite, type Ctx, type KoaSessionOptions, type Middleware } from './site'

/** `ctx.cookies` as tests and apps have it: it does not read the header Cookie. */
class OwnCookies {
  readonly secure = false
  readonly #values = new Map<string, string>()

  get(name: string): string | undefined {
    return this.#values.get(name)
  }

  set(name: string, value: string): void {
    this.#values.set(name, value)
  }
}

type Assigning = Ctx & { cookies: unknown }

/** The ways of an app to have its own. */
const WAYS: Record<string, (own: OwnCookies) => { before?: Middleware; onApp?: PropertyDescriptor }> = {
  'assigned to ctx.cookies': own => ({ before: (ctx, next) => (((ctx as Assigning).cookies = own), next()) }),
  'defined on the context': own => ({ before: (ctx, next) => (Object.defineProperty(ctx, 'cookies', { value: own }), next()) }),
  'put in place of get and set': own => ({
    before: (ctx, next) => (
      Object.assign((ctx as Assigning).cookies as object, { get: own.get.bind(own), set: own.set.bind(own) }),
      next()
    ),
  }),
  'defined on app.context': own => ({ onApp: { get: () => own } }),
}

const KINDS: Record<string, () => KoaSessionOptions> = {
  'in the cookie': () => ({}),
  'in the cookie, not signed': () => ({ cookie: { signed: false } }),
  'in a store': () => ({ store: new TracingStore() }),
  'in a store, not signed': () => ({ store: new TracingStore(), cookie: { signed: false } }),
  'in a store, deferred': () => ({ store: new TracingStore(), defer: true }),
}

async function countRequests(ctx: Ctx): Promise<void> {
  // A deferred session is a promise
  const session = (await (ctx.session as unknown)) as Record<string, number>
  ctx.body = String((session.views = (session.views ?? 0) + 1))
}

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: an app with its own ctx.cookies, on ${name}`, () => {
    for (const [what, way] of Object.entries(WAYS)) {
      for (const [where, options] of Object.entries(KINDS)) {
        it(`has its sessions ${where}, if it is ${what}`, async () => {
          const { before, onApp } = way(new OwnCookies())
          const site = new KoaSite(options(), countRequests, { koa, before: before ? [before] : [] })
          if (onApp) Object.defineProperty(site.app.context, 'cookies', onApp)
          const bodies = []
          for (let times = 0; times < 3; times++) bodies.push((await site.get()).text)
          expect(bodies).to.deep.equal(['1', '2', '3'])
        })
      }
    }
  })
}
