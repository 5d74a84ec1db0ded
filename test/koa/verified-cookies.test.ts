import { createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import type { Response } from 'supertest'
import { TracingStore } from '../support/tracing-store'
import { count, KOAS, KoaSite, lines, show, type KoaSessionOptions, type Middleware } from './site'

/** The class of `ctx.cookies` of both versions of Koa, as far as it is used here. */
const Cookies = createRequire(__filename)('cookies') as {
  new (req: object, res: object, options: { keys: string[] }): object
  prototype: { get(name: string, options?: object): string | undefined }
}

interface Seen {
  readonly text: string
  /** How often the session's cookie was read from `ctx.cookies`. */
  readonly asked: number
  /** The names of the cookies that were set. */
  readonly set: readonly string[]
}

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: Cookie headers with a verified signature, on ${name}`, () => {
    let site: KoaSite
    let asked: number
    /** A cookie that a middleware before ours sets. */
    let othersCookie: string | undefined
    const others: Middleware = (ctx, next) => {
      if (othersCookie) ctx.set('Set-Cookie', [othersCookie])
      return next()
    }

    const { get } = Cookies.prototype
    before(() => {
      Cookies.prototype.get = function (name, options) {
        if (name === 'koa.sid') asked++
        return get.call(this, name, options)
      }
    })
    after(() => {
      Cookies.prototype.get = get
    })

    beforeEach(() => {
      othersCookie = undefined
      open({})
    })

    function open(options: KoaSessionOptions): void {
      site = new KoaSite({ store: new TracingStore(), ...options }, { '/': count, '/read': show }, { koa, keys: ['old'], before: [others] })
    }

    /** A browser that has a session of one view. */
    async function enter(): Promise<string> {
      const res = await site.get('/')
      return headerOf(res)
    }

    async function read(header: string): Promise<Seen> {
      asked = 0
      const res = await site.get('/read').set('Cookie', header)
      return { text: res.text, asked, set: lines(res).map(line => line.split('=')[0] as string) }
    }

    const found = (asked: number): Seen => ({ text: '{"views":1}', asked, set: [] })
    const refused: Seen = { text: '{}', asked: 1, set: [] }

    it('are verified once, each of them', async () => {
      const [ada, bob] = [await enter(), await enter()]
      expect([await read(ada), await read(ada), await read(ada)]).to.deep.equal([found(1), found(0), found(0)])
      expect([await read(bob), await read(bob)]).to.deep.equal([found(1), found(0)])
      expect(await read(`${ada}; theme=dark`)).to.deep.equal(found(1))
    })

    it('are verified again with other keys: another array, or keys that are added at the front or at the end', async () => {
      const header = await enter()
      await read(header)
      const { app } = site
      const changes = [
        () => (app.keys = ['old', 'older']),
        () => app.keys?.push('oldest'),
        () => app.keys?.pop(),
        () => (app.keys = ['old']),
      ]
      for (const change of changes) {
        change()
        expect([await read(header), await read(header)], String(change)).to.deep.equal([found(1), found(0)])
      }
    })

    it('are invalid after their key has been removed, also in place', async () => {
      for (const takeAway of [() => (site.app.keys = ['new']), () => site.app.keys?.splice(0, 1, 'new')]) {
        open({})
        const header = await enter()
        expect([await read(header), await read(header)]).to.deep.equal([found(1), found(0)])
        takeAway()
        const { text, asked } = await read(header)
        expect([text, asked]).to.deep.equal(['{}', 1])
      }
    })

    it('are verified each time if the keys are a Keygrip, whose keys are hidden', async () => {
      const header = await enter()
      const keys = ['old']
      site.app.keys = keygrip(keys) as never
      expect([await read(header), await read(header)]).to.deep.equal([found(1), found(1)])
      keys[0] = 'new'
      expect((await read(header)).text).to.equal('{}')
    })

    it('are verified each time if a key is a Buffer, because its bytes can change', async () => {
      const header = await enter()
      const key = Buffer.from('old')
      site.app.keys = [key as never]
      expect([await read(header), await read(header)]).to.deep.equal([found(1), found(1)])
      key.write('new')
      expect((await read(header)).text).to.equal('{}')
    })

    it('of an older key are signed again, each time until the client sends the new signature', async () => {
      const header = await enter()
      site.app.keys?.unshift('new')
      const resigned: Seen = { ...found(1), set: ['koa.sid.sig'] }
      expect([await read(header), await read(header)]).to.deep.equal([resigned, resigned])
      const [line = ''] = lines(await site.get('/read').set('Cookie', header))
      const young = header.replace(/koa\.sid\.sig=[^;]*/, line.split(';')[0] as string)
      expect(young).to.not.equal(header)
      expect([await read(young), await read(young)]).to.deep.equal([found(1), found(0)])
    })

    it('of an older key are signed again next to earlier Set-Cookie lines', async () => {
      const header = await enter()
      site.app.keys?.unshift('new')
      othersCookie = 'theme=dark'
      const resigned: Seen = { ...found(1), set: ['theme', 'koa.sid.sig'] }
      expect([await read(header), await read(header)]).to.deep.equal([resigned, resigned])
      site.app.keys?.shift()
      expect([await read(header), await read(header)]).to.deep.equal([1, 0].map(asked => ({ ...found(asked), set: ['theme'] })))
    })

    it('that were tampered with are refused, before and after the valid one is cached', async () => {
      const header = await enter()
      const forged = header.replace(/(koa\.sid=.)(.)/, (_, start: string, char: string) => start + (char === 'A' ? 'B' : 'A'))
      const otherwise = header.replace(/.$/, char => (char === 'A' ? 'E' : 'A'))
      for (const bad of [forged, otherwise]) {
        expect(bad).to.not.equal(header)
        for (const seen of [false, true]) {
          if (seen) await read(header)
          const times = [await read(bad), await read(bad)].map(({ text, asked }) => ({ text, asked, set: [] }))
          expect(times).to.deep.equal([refused, refused])
        }
      }
    })

    it('are cached up to 1024 characters', async () => {
      const header = await enter()
      const long = (length: number): string => `${header}; a=`.padEnd(length, 'a')
      expect([await read(long(1024)), await read(long(1024))]).to.deep.equal([found(1), found(0)])
      expect([await read(long(1025)), await read(long(1025))]).to.deep.equal([found(1), found(1)])
    })

    it('provide the signature that is sent again with the cookie, as long as the key is the first', async () => {
      open({ cookie: { path: '/', sameSite: 'lax' } })
      const first = await site.get('/')
      const header = headerOf(first)
      const visit = async (): Promise<string[]> => lines(await site.get('/').set('Cookie', header))
      expect([await visit(), await visit()]).to.deep.equal([lines(first), lines(first)])
      site.app.keys?.unshift('new')
      const [id, signature] = await visit()
      expect(id).to.equal(lines(first)[0])
      expect(signature)
        .to.match(/^koa\.sid\.sig=[\w-]{27}; path=\/; samesite=lax; httponly$/)
        .and.not.equal(lines(first)[1])
    })

    it('are verified each time if an earlier middleware has used ctx.cookies, which may have other keys', async () => {
      const keysOf: Record<string, string[]> = { a: ['of a'], b: ['of b'] }
      const tenants: Middleware = (ctx, next) => {
        const keys = keysOf[ctx.req.headers['x-tenant'] as string]
        if (keys) Object.assign(ctx, { cookies: new Cookies(ctx.req, ctx.res, { keys }) })
        return next()
      }
      site = new KoaSite({ store: new TracingStore() }, { '/': count, '/read': show }, { koa, keys: ['old'], before: [tenants] })
      const visit = async (path: string, tenant: string, header = ''): Promise<string> =>
        (await site.get(path).set({ 'X-Tenant': tenant, Cookie: header })).text
      const header = headerOf(await site.get('/').set('X-Tenant', 'a'))
      const seen: string[] = []
      for (const tenant of ['b', 'a', 'b', '', 'a', '']) seen.push(await visit('/read', tenant, header))
      expect(seen).to.deep.equal(['{}', '{"views":1}', '{}', '{}', '{"views":1}', '{}'])
      const own = await enter()
      expect([await visit('/read', '', own), await visit('/read', '', own), await visit('/read', 'a', own)]).to.deep.equal([
        '{"views":1}',
        '{"views":1}',
        '{}',
      ])
    })

    it('are not cached without signed cookies, or without a header', async () => {
      open({ signed: false })
      const header = await enter()
      expect([await read(header), await read(header)]).to.deep.equal([found(1), found(1)])
      open({})
      asked = 0
      await site.get('/read')
      expect(asked).to.equal(0)
    })
  })
}

/** Keys that are hidden, as in a Keygrip: https://github.com/crypto-utils/keygrip */
function keygrip(keys: readonly string[]): object {
  const sign = (data: string, key = ''): string => createHmac('sha1', key).update(data).digest('base64url')
  const index = (data: string, digest: string): number => keys.findIndex(key => sign(data, key) === digest)
  return { sign: (data: string) => sign(data, keys[0]), index, verify: (data: string, digest: string) => index(data, digest) !== -1 }
}

/** The Cookie header of a browser after this response. */
function headerOf(res: Response): string {
  return lines(res)
    .map(line => line.split(';')[0])
    .join('; ')
}
