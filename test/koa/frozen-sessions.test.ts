import { expect } from 'chai'
import { MemoryStore } from '../../lib'
import { useClock } from '../support/clock'
import { useUncaught } from '../support/uncaught'
import { VersionedStore } from '../support/versioned-store'
import { KOAS, KoaSite, show, type Bag, type Ctx } from './site'

const HOUR = 3_600_000

const STORES: Readonly<Record<string, () => object>> = {
  MemoryStore: () => new MemoryStore(),
  'a store that compares': () => new VersionedStore(new Map()),
}

/** Objects that no data can be written to. */
const FROZEN: Readonly<Record<string, (session: Bag) => void>> = {
  'is frozen': session => void Object.freeze(session),
  'has a key that is read-only': session =>
    void Object.defineProperty(session, 'user', { value: 'Ada', enumerable: true, writable: false, configurable: false }),
}

for (const [name, Koa] of Object.entries(KOAS)) {
  describe(`koa: a session whose object the app has frozen gets a new ID, on ${name}`, () => {
    const clock = useClock()
    const uncaught = useUncaught()

    for (const [where, make] of Object.entries(STORES)) {
      for (const [how, freeze] of Object.entries(FROZEN)) {
        const HANDLERS = {
          '/in': (ctx: Ctx) => void ((ctx.session as Bag).user = 'Ada'),
          '/keep': async (ctx: Ctx) => {
            const session = ctx.session as Bag
            freeze(session)
            await session.regenerate({ keep: true })
            ctx.body = String(ctx.session?.user)
          },
          '/freeze': (ctx: Ctx) => {
            freeze(ctx.session as Bag)
            ctx.body = 'frozen'
          },
          '/show': show,
        }

        for (const [act, path, text] of [
          ['regenerate with keep', '/keep', 'Ada'],
          ['renewAfter', '/freeze', 'frozen'],
        ] as const) {
          it(`by ${act}, if it ${how}, on ${where}`, async () => {
            const site = new KoaSite({ store: make(), renewAfter: HOUR } as never, HANDLERS, { koa: Koa })
            const visitor = site.visitor()
            await visitor.get('/in')
            const before = visitor.jar.header('/')
            clock.turn(HOUR)
            const res = await visitor.get(path)
            expect([res.status, res.text]).to.deep.equal([200, text])
            expect(visitor.jar.header('/')).to.not.equal(before)
            expect(JSON.parse((await visitor.get('/show')).text)).to.deep.equal({ user: 'Ada' })
            expect([site.errors, uncaught]).to.deep.equal([[], []])
          })
        }
      }
    }
  })
}
