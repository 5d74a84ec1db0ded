import { expect } from 'chai'
import { count, KOAS, KoaSite, show } from './site'

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: records of koa-session whose lifetime is beyond all dates, on ${name}`, () => {
    for (const maxAge of [Number.MAX_SAFE_INTEGER, 8.64e15, 1e15]) {
      it(`with a maxAge of ${maxAge} are read and changed`, async () => {
        const records = new Map<string, object>([['an-id', { views: 1, _expire: Date.now() + maxAge, _maxAge: maxAge }]])
        const store = {
          get: (id: string) => Promise.resolve(records.get(id)),
          set: (id: string, record: object) => Promise.resolve(records.set(id, record)),
          destroy: (id: string) => Promise.resolve(records.delete(id)),
        }
        const site = new KoaSite({ store, record: 'expiry', cookie: { signed: false } }, { '/': count, '/read': show }, { koa })
        const texts: string[] = []
        for (const path of ['/read', '/', '/read']) texts.push((await site.get(path).set('Cookie', 'koa.sid=an-id')).text)
        expect(texts).to.deep.equal(['{"views":1}', '2', '{"views":2}'])
        expect(site.errors).to.deep.equal([])
      })
    }
  })
}
