import { createRequire } from 'node:module'
import { expect } from 'chai'
import { koaGenericSession, koaSession } from '../../lib/koa-presets'
import { TracingStore } from '../support/tracing-store'
import { KOAS, KoaSite, lines, type Ctx, type KoaApp, type KoaSessionOptions, type Middleware } from './site'

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

interface Given {
  readonly signed?: boolean
  readonly encrypt?: boolean
}

/** Koa's class of `ctx.cookies`. */
const Cookies = createRequire(__filename)('cookies') as new (
  req: unknown,
  res: unknown,
  keys: unknown,
) => {
  get(name: string, given: Given): string | undefined
  set(name: string, value: string, given: Given): unknown
}

const flip = (text: string): string => [...text].reverse().join('')

/** As in Egg: a cookie is either signed or encrypted. */
class EncryptingCookies extends Cookies {
  override get(name: string, given: Given): string | undefined {
    if (!given.encrypt) return super.get(name, given)
    const value = super.get(name, { signed: false })
    return value?.startsWith('secret.') ? flip(value.slice(7)) : undefined
  }

  override set(name: string, value: string, given: Given): unknown {
    return given.encrypt ? super.set(name, value && `secret.${flip(value)}`, { ...given, signed: false }) : super.set(name, value, given)
  }
}

const ENCRYPTED: Record<string, { preset?: typeof koaSession; options: () => KoaSessionOptions }> = {
  'resession/koa, in the cookie': { options: () => ({ name: 'sid', cookie: { encrypt: true } }) },
  'resession/koa, in a store': { options: () => ({ name: 'sid', cookie: { encrypt: true }, store: new TracingStore() }) },
  'resession/koa, in a store, not signed': {
    options: () => ({ name: 'sid', cookie: { encrypt: true, signed: false }, store: new TracingStore() }),
  },
  'koaSession, in the cookie': { preset: koaSession, options: () => ({ key: 'sid', encrypt: true }) },
  'koaSession, in a store': { preset: koaSession, options: () => ({ key: 'sid', encrypt: true, store: new TracingStore() }) },
  koaGenericSession: { preset: koaGenericSession, options: () => ({ key: 'sid', cookie: { encrypt: true } }) },
}

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: encrypt, for a ctx.cookies that encrypts, on ${name}`, () => {
    function siteOf(options: KoaSessionOptions, preset?: typeof koaSession): KoaSite {
      const instead = preset && ((app: KoaApp) => preset(options as never, app as never))
      const before: Middleware = (ctx, next) => {
        ;(ctx as Assigning).cookies = new EncryptingCookies(ctx.req, ctx.res, { keys: ['a key'] })
        return next()
      }
      return new KoaSite(options, countRequests, { koa, before: [before], ...(instead && { instead }) })
    }

    for (const [what, { preset, options }] of Object.entries(ENCRYPTED)) {
      it(`encrypts the cookie and reads it: ${what}`, async () => {
        const browser = siteOf(options(), preset).visitor()
        const responses = [await browser.get(), await browser.get(), await browser.get()]
        expect(responses.map(({ text }) => text)).to.deep.equal(['1', '2', '3'])
        expect(lines(responses[0] as never).map(line => line.slice(0, 11))).to.deep.equal(['sid=secret.'])
      })

      it(`refuses a cookie that is not encrypted: ${what}`, async () => {
        const site = siteOf(options(), preset)
        const value = /^sid=secret.([^;]*)/.exec(lines(await site.get())[0] ?? '')?.[1] ?? ''
        expect((await site.get().set('Cookie', `sid=secret.${value}`)).text).to.equal('2')
        expect((await site.get().set('Cookie', `sid=${flip(value)}; sid=${flip(value)}`)).text).to.equal('1')
      })
    }

    it('signs it without this option', async () => {
      expect(lines(await siteOf({ name: 'sid' }).get()).map(line => line.replace(/=.*/, ''))).to.deep.equal(['sid', 'sid.sig'])
    })

    it('has no effect with Koa’s own ctx.cookies: the cookie is signed', async () => {
      const site = new KoaSite({ name: 'sid', cookie: { encrypt: true } }, countRequests, { koa })
      const browser = site.visitor()
      const responses = [await browser.get(), await browser.get()]
      expect(responses.map(({ text }) => text)).to.deep.equal(['1', '2'])
      expect(lines(responses[1] as never).map(line => line.replace(/=.*/, ''))).to.deep.equal(['sid', 'sid.sig'])
      const value = /^sid=([^;]*)/.exec(lines(responses[1] as never)[0] ?? '')?.[1] ?? ''
      expect((await site.get().set('Cookie', `sid=${value}`)).text).to.equal('1')
    })
  })
}
