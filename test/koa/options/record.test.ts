import { expect } from 'chai'
import { useClock } from '../../support/clock'
import { count, KoaSite, onRequest, show, type Ctx, type KoaSessionOptions } from '../site'
import { Strings, Told } from '../told'

type Name = NonNullable<KoaSessionOptions['record']>

const NOW = Date.UTC(2026, 0, 1)
const DAY = 86_400_000
const HANDLERS = {
  '/': count,
  '/read': show,
  '/remember': (ctx: Ctx) => void Object.assign(ctx.session as object, { views: 1, maxAge: 60_000 }),
  '/save': (ctx: Ctx) => ctx.saveSession(),
  '/ends': (ctx: Ctx) => (ctx.body = String(onRequest(ctx).cookie.expires?.toISOString())),
  '/age': (ctx: Ctx) => (ctx.body = String(onRequest(ctx).cookie.originalMaxAge)),
}

/** The record of each shape for a session without a lifetime, and for one of a minute. */
const SHAPES: Record<Name, { readonly plain: object; readonly minute: object }> = {
  cookie: {
    plain: { cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }, views: 1 },
    minute: { cookie: { originalMaxAge: 60_000, expires: '2026-01-01T00:01:00.000Z', httpOnly: true, path: '/' }, views: 1 },
  },
  options: {
    plain: { cookie: { path: '/', httpOnly: true, signed: true, overwrite: true }, views: 1 },
    minute: { cookie: { path: '/', httpOnly: true, signed: true, overwrite: true, maxAge: 60_000 }, views: 1 },
  },
  expiry: {
    plain: { views: 1, _expire: NOW + DAY, _maxAge: null },
    minute: { views: 1, _expire: NOW + 60_000, _maxAge: 60_000 },
  },
  data: {
    plain: { views: 1 },
    minute: { cookie: { originalMaxAge: 60_000, expires: '2026-01-01T00:01:00.000Z', httpOnly: true, path: '/' }, views: 1 },
  },
}

const NAMES = Object.keys(SHAPES) as Name[]

describe('koa options: record', () => {
  const clock = useClock()

  const kept = async (record: Name | undefined, path: string): Promise<object> => {
    const store = new Told()
    await new KoaSite({ store: store as never, record }, HANDLERS).get(path)
    return store.kept[0] as object
  }

  for (const [name, { plain, minute }] of Object.entries(SHAPES)) {
    it(`'${name}' is the shape of the record in a store`, async () => {
      expect(await kept(name as Name, '/')).to.deep.equal(plain)
      expect(await kept(name as Name, '/remember')).to.deep.equal(minute)
    })

    it(`'${name}' is the shape of the record in the cookie`, async () => {
      const visitor = new KoaSite({ record: name as Name }, HANDLERS).visitor()
      await visitor.get()
      expect(JSON.parse(Buffer.from(visitor.jar.value('koa.sess') as string, 'base64').toString())).to.deep.equal(plain)
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    })

    for (const reader of NAMES) {
      it(`'${name}' is read by '${reader}', with its lifetime`, async () => {
        const store = new Told()
        const visitor = new KoaSite({ store: store as never, record: reader }, HANDLERS).visitor()
        await visitor.get()
        const id = visitor.jar.value('koa.sid') as string
        store.records.set(id, JSON.stringify(minute))
        expect([(await visitor.get('/read')).text, (await visitor.get('/age')).text]).to.deep.equal(['{"views":1}', '60000'])
        store.records.set(id, JSON.stringify(plain))
        expect([(await visitor.get('/read')).text, (await visitor.get('/age')).text]).to.deep.equal(['{"views":1}', 'null'])
      })
    }
  }

  describe("'options', whose records have no end", () => {
    const stored = (cookie: object): { store: Told; visit: (path: string) => Promise<string> } => {
      const store = new Told()
      const visitor = new KoaSite({ store: store as never, record: 'options', cookie: { maxAge: DAY } }, HANDLERS).visitor()
      const visit = async (path: string): Promise<string> => {
        if (!visitor.jar.value('koa.sid')) {
          await visitor.get()
          store.records.set(visitor.jar.value('koa.sid') as string, JSON.stringify({ cookie, views: 1 }))
        }
        return (await visitor.get(path)).text
      }
      return { store, visit }
    }

    it('ends with the browser if the record says so, and not after the maxAge of the option', async () => {
      const { store, visit } = stored({ httpOnly: true, signed: true, maxAge: null })
      expect([await visit('/ends'), await visit('/age')]).to.deep.equal(['undefined', 'null'])
      await visit('/save')
      expect(store.kept).to.deep.equal([{ cookie: { path: '/', httpOnly: true, maxAge: null, signed: true, overwrite: true }, views: 1 }])
      clock.turn(2 * DAY)
      expect(await visit('/read')).to.equal('{"views":1}')
    })

    it('ends after the lifetime in the record, and not after that of the option', async () => {
      const { visit } = stored({ httpOnly: true, signed: true, maxAge: 60_000 })
      expect([await visit('/ends'), await visit('/age')]).to.deep.equal(['2026-01-01T00:01:00.000Z', '60000'])
    })
  })

  describe('by default', () => {
    it('is that of express-session in a store of promises', async () => {
      expect(await kept(undefined, '/')).to.deep.equal(SHAPES.cookie.plain)
    })

    it('is that of koa-session-store in a store of JSON strings', async () => {
      const store = new Strings()
      await new KoaSite({ store: store as never }, HANDLERS).get('/')
      expect(JSON.parse(Array.from(store.records.values())[0] as string)).to.deep.equal(SHAPES.data.plain)
    })

    it('is that of koa-session in the cookie', async () => {
      const visitor = new KoaSite({}, HANDLERS).visitor()
      await visitor.get()
      expect(JSON.parse(Buffer.from(visitor.jar.value('koa.sess') as string, 'base64').toString())).to.deep.equal(SHAPES.expiry.plain)
    })
  })

  for (const record of ['json', '', 'toString', 'constructor', '__proto__', 5, null, ['cookie']]) {
    it(`${JSON.stringify(record)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ record: record as never }, HANDLERS)).to.throw(
        TypeError,
        'record option must be one of cookie, options, expiry, data',
      )
    })
  }
})
