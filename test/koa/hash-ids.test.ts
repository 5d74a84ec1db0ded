import { expect } from 'chai'
import { useClock } from '../support/clock'
import { count, KoaSite, show, type KoaSessionOptions } from './site'
import { Strings, Told } from './told'

const HOUR = 3_600_000
const HANDLERS = { '/': count, '/read': show }

const OPTIONS: Record<string, KoaSessionOptions> = {
  'with a maxAge': { maxAge: HOUR, record: 'cookie' },
  'with a maxAge, rolling': { maxAge: HOUR, record: 'cookie', rolling: true },
  "in koa-session's format": { maxAge: HOUR, record: 'expiry' },
}

/** Stores that never expire a record, which says when its session ends. */
const STORES = { promises: () => new Told(), 'JSON strings': () => new Strings() }

for (const [kind, make] of Object.entries(STORES)) {
  describe(`koa: hashIds: 'migrate', of a store of ${kind}`, () => {
    const clock = useClock()

    for (const [what, options] of Object.entries(OPTIONS)) {
      for (const [when, minutes, answer] of [
        ['moves a session before its end', 59, '{"views":1}'],
        ['moves no session after its end', 61, '{}'],
      ] as const) {
        it(`${when}, ${what}`, async () => {
          const store = make()
          const before = new KoaSite({ ...options, store: store as never }, HANDLERS).visitor()
          await before.get()
          const [key] = store.records.keys()
          // A browser would not send it after the end
          const cookie = before.jar.header('/') as string
          const site = new KoaSite({ ...options, store: store as never, hashIds: 'migrate' }, HANDLERS)
          clock.turn(minutes * 60_000)
          expect((await site.get('/read').set('Cookie', cookie)).text).to.equal(answer)
          expect(store.records.has(key as string)).to.equal(answer === '{}')
          expect([...store.records.keys()].some(key => key.startsWith('h1.'))).to.equal(answer !== '{}')
        })
      }
    }
  })
}
