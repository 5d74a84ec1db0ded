import { expect } from 'chai'
import { PLACES } from '../kinds'
import { KoaSession } from '../../../lib/koa/session/koa-session'
import { count, KoaSite, show, type Bag, type Ctx, type Handler } from '../site'

class Shouting extends KoaSession {
  get loudly(): string {
    return `${String((this as never as Bag).views)}!`
  }
}

const say: Handler = ctx => (ctx.body = String((ctx.session as Bag).loudly))

for (const [kind, make] of Object.entries(PLACES)) {
  describe(`koa options: Session, of sessions in ${kind}`, () => {
    const site = (Session: unknown, handlers: Record<string, Handler>): KoaSite =>
      new KoaSite({ ...make(), Session: Session as never }, { '/': count, '/read': show, '/say': say, ...handlers })

    it('is the class of new, stored, assigned and regenerated sessions', async () => {
      const made: unknown[] = []
      const look = (ctx: Ctx): void => void made.push(ctx.session instanceof Shouting)
      const visitor = site(Shouting, {
        '/look': look,
        '/set': ctx => ((ctx.session = { views: 7 } as never), look(ctx)),
        '/regenerate': async ctx => (await ctx.regenerateSession(), look(ctx)),
      }).visitor()
      await visitor.get('/look')
      await visitor.get()
      for (const path of ['/look', '/set', '/regenerate']) await visitor.get(path)
      expect(made).to.deep.equal([true, true, true, true])
    })

    it('may have members of its own, which are no data', async () => {
      const visitor = site(Shouting, {}).visitor()
      await visitor.get()
      expect([(await visitor.get('/say')).text, (await visitor.get('/read')).text]).to.deep.equal(['1!', '{"views":1}'])
    })

    for (const Session of [undefined, KoaSession]) {
      it(`${Session ? 'KoaSession' : 'undefined'} selects the default class`, async () => {
        const visitor = site(Session, {}).visitor()
        await visitor.get()
        expect([(await visitor.get('/say')).text, (await visitor.get('/read')).text]).to.deep.equal(['undefined', '{"views":1}'])
      })
    }

    it('has manuallyCommit, and externalKey if the session has an ID', async () => {
      const handler: Handler = async ctx => {
        count(ctx)
        const session = ctx.session as never as KoaSession
        await session.manuallyCommit()
        ctx.body = String(session.externalKey === ctx.sessionId)
      }
      expect((await site(undefined, { '/': handler }).get()).text).to.equal('true')
    })
  })
}

describe('koa options: Session', () => {
  for (const Session of [class {}, () => {}, {}, 'Session', 5, null]) {
    it(`${typeof Session === 'function' ? String(Session) : JSON.stringify(Session)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ Session: Session as never }, count)).to.throw(
        TypeError,
        'Session option must be a class that extends KoaSession',
      )
    })
  }
})
