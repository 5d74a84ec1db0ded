import { createRequire } from 'node:module'
import { expect } from 'chai'
import { TracingStore } from '../support/tracing-store'
import { count, KOAS, KoaSite, lines, type Ctx, type KoaSessionOptions, type Middleware } from './site'

/** The class of `ctx.cookies`, as far as it is used here. */
const Cookies = createRequire(__filename)('cookies') as { prototype: { set(name: string, value: string, options: object): unknown } }
const Keygrip = createRequire(__filename)('keygrip') as new (keys: readonly string[]) => unknown

const expires = new Date('2100-01-02T03:04:05.678Z')

const COOKIES: Record<string, KoaSessionOptions['cookie']> = {
  'no attributes': {},
  'an expiry': { expires },
  'all attributes': { expires, path: '/', domain: 'example.org', sameSite: 'lax', priority: 'high', partitioned: true, httpOnly: false },
  'sameSite: true': { sameSite: true },
  'overwrite: false': { overwrite: false },
  'no path': { path: '' },
}

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: Set-Cookie lines in place of ctx.cookies, on ${name}`, () => {
    const { set } = Cookies.prototype
    let asked: number
    beforeEach(() => {
      asked = 0
      Cookies.prototype.set = function (...given) {
        asked++
        return set.apply(this, given)
      }
    })
    afterEach(() => {
      Cookies.prototype.set = set
    })

    /** A site whose new sessions all have one ID. */
    function open(cookie: KoaSessionOptions['cookie'], before: Middleware[] = []): KoaSite {
      const none = Object.assign(new TracingStore(), { get: (_: string, done: (err: unknown) => void) => done(null) })
      return new KoaSite({ store: none, genid: () => 'an-id', cookie }, count, { koa, before })
    }

    /** The lines of a response, and whether `ctx.cookies` has set any. */
    async function told(site: KoaSite, path = '/'): Promise<readonly [lines: string[], byKoa: boolean]> {
      asked = 0
      return [lines(await site.get(path)), asked > 0]
    }

    const others: Middleware = (ctx, next) => {
      if (ctx.path !== '/') ctx.set('Set-Cookie', ['a=1', 'koa.sid=old', 'koa.sid.sig=old', 'koa.sid2=3'])
      return next()
    }

    for (const [what, cookie] of Object.entries(COOKIES)) {
      it(`are the same to the byte with ${what}, also after other lines`, async () => {
        const [ours, theirs] = [open(cookie, [others]), open(cookie, [others, touch])]
        const [first, byKoa] = await told(ours)
        expect(byKoa).to.equal(true)
        expect(await told(ours)).to.deep.equal([first, false])
        expect(await told(theirs)).to.deep.equal([first, true])
        const [among] = await told(theirs, '/others')
        expect(await told(ours, '/others')).to.deep.equal([among, false])
      })
    }

    it('are written by ctx.cookies if the app has used it, and if its class changes', async () => {
      const site = open({}, [(ctx, next) => (ctx.path === '/used' && touch(ctx, () => Promise.resolve()), next())])
      const [first] = await told(site)
      expect(await told(site)).to.deep.equal([first, false])
      expect(await told(site, '/used')).to.deep.equal([first, true])
      const counting = Cookies.prototype.set
      Cookies.prototype.set = function (name, value, options) {
        return counting.call(this, name, value, { ...options, sameSite: 'none' })
      }
      const [changed, byKoa] = await told(site)
      expect(byKoa).to.equal(true)
      expect(changed[0]).to.equal(`${first[0]?.replace('; httponly', '; samesite=none; httponly')}`)
      expect(await told(site)).to.deep.equal([changed, true])
    })

    it('are written by ctx.cookies if the app has its own', async () => {
      const site = open({})
      const own = {
        secure: false,
        get: () => undefined,
        set: (...[name, value]: string[]) => void own.told.push(`${name}=${value}`),
        told: [] as string[],
      }
      Object.defineProperty(site.app.context, 'cookies', { get: () => own })
      await site.get()
      await site.get()
      expect(own.told).to.deep.equal(['koa.sid=an-id', 'koa.sid=an-id'])
    })

    it('are written by ctx.cookies if the app defines its own later, for one context or for all', async () => {
      const given: string[] = []
      const own = { secure: false, get: () => undefined, set: (...[name, value]: string[]) => void given.push(`${name}=${value}`) }
      const site = open({}, [
        (ctx, next) => {
          if (ctx.path === '/own') Object.defineProperty(ctx, 'cookies', { value: own })
          return next()
        },
      ])
      const [first] = await told(site)
      expect(await told(site, '/own')).to.deep.equal([[], false])
      expect(given).to.deep.equal(['koa.sid=an-id'])
      expect(await told(site)).to.deep.equal([first, false])
      Object.defineProperty(site.app.context, 'cookies', { get: () => own })
      expect(await told(site)).to.deep.equal([[], false])
      expect(given).to.deep.equal(['koa.sid=an-id', 'koa.sid=an-id'])
    })

    it('are written by ctx.cookies with a Keygrip, whose keys are hidden, and with other keys signed by the new one', async () => {
      const site = open({})
      const [first] = await told(site)
      site.app.keys = ['another']
      const [second, byKoa] = await told(site)
      expect(byKoa).to.equal(false)
      expect(second[1]).to.not.equal(first[1])
      site.app.keys = new Keygrip(['another']) as never
      expect(await told(site)).to.deep.equal([second, true])
      site.app.keys = ['another', 'keyboard cat']
      expect(await told(site)).to.deep.equal([second, false])
    })
  })
}

/** Uses `ctx.cookies`, as many apps do. */
function touch(ctx: Ctx, next: () => Promise<unknown>): Promise<unknown> {
  ;(ctx as unknown as { cookies: { get(name: string): unknown } }).cookies.get('theme')
  return next()
}
