import { expect } from 'chai'
import { PromiseStore } from '../lineages/traced-stores'
import { count, KoaSite, type Bag } from '../site'

/** What a store is told of the life of one session, in milliseconds, with each write of two visits. */
async function told(options: object, path = '/'): Promise<(number | undefined)[]> {
  const store = new PromiseStore()
  const lasting = (ctx: { session: unknown }): void => void Object.assign(ctx.session as Bag, { views: 0, maxAge: 5000 })
  const visitor = new KoaSite({ store: store as never, ...options }, { '/': count, '/lasting': lasting }).visitor()
  await visitor.get(path)
  await visitor.get()
  return store.calls.filter(({ call }) => call === 'set').map(({ ttl }) => ttl)
}

describe('koa options: ttl', () => {
  it('is what the store is told', async () => {
    expect(await told({ ttl: 60_000 })).to.deep.equal([60_000, 60_000])
  })

  it('comes before the maxAge of the cookie', async () => {
    expect(await told({ ttl: 60_000, cookie: { maxAge: 30_000 } })).to.deep.equal([60_000, 60_000])
  })

  it('may be a function of the session, which decides each time', async () => {
    const ttl = (session: unknown): number => Number((session as Bag).views) * 1000
    expect(await told({ ttl })).to.deep.equal([1000, 2000])
  })

  it('is the maxAge of the cookie where none is given, of this very session', async () => {
    expect(await told({ cookie: { maxAge: 30_000 } })).to.deep.equal([30_000, 30_000])
    expect(await told({ cookie: { maxAge: 30_000 } }, '/lasting')).to.deep.equal([5000, 5000])
  })

  for (const [what, options] of Object.entries({
    'there is none either': {},
    'that is "session"': { maxAge: 'session' },
    'a function gives none': { ttl: () => undefined },
    'a function gives what is no number': { ttl: () => '1d' },
  })) {
    it(`is not said where ${what}`, async () => {
      expect(await told(options)).to.deep.equal([undefined, undefined])
    })
  }
})
