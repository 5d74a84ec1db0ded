import { expect } from 'chai'
import { TracingStore } from '../support/tracing-store'
import { count, KOAS, KoaSite, leave, lines, show, type Bag, type Ctx, type Handler, type KoaSessionOptions } from './site'

const koa = KOAS['Koa 2']

/** A generator as a middleware of Koa 1, which Koa 2 wraps itself. */
type Generating = (this: Ctx, next: unknown) => Generator<unknown, unknown, never>

const session = (ctx: Ctx): Bag => ctx.session as Bag

const site = (options: KoaSessionOptions, generator: Generating): KoaSite => new KoaSite(options, generator as never, { koa })

/** The handler of a path, which may return a promise. */
const ACTS: Record<string, (ctx: Ctx) => unknown> = {
  '/': count,
  '/read': show,
  '/leave': leave,
  '/fail': ctx => {
    session(ctx).views = 8
    throw new Error('oops')
  },
  '/save': ctx => {
    session(ctx).views = 9
    return session(ctx).save()
  },
  '/saveSession': ctx => ctx.saveSession(),
  '/regenerate': ctx => ctx.regenerateSession({ keep: true }),
}

const act: Generating = function* () {
  const promised = ACTS[this.path]?.(this)
  if (promised instanceof Promise) yield promised
}

const KINDS: Record<string, () => KoaSessionOptions> = {
  'in a store': () => ({ store: new TracingStore(), name: 'sess' }),
  'in the cookie': () => ({ name: 'sess' }),
}

for (const [kind, options] of Object.entries(KINDS)) {
  describe(`koa: generator functions on Koa 2, with sessions ${kind}`, () => {
    const texts = async (...paths: string[]): Promise<string[]> => {
      const visitor = site(options(), act).visitor()
      const answers: string[] = []
      for (const path of paths) answers.push((await visitor.get(path)).text)
      return answers
    }

    it('have this.session', async () => {
      expect(await texts('/', '/', '/read', '/leave', '/read')).to.deep.equal(['1', '2', '{"views":2}', 'left', '{}'])
    })

    it('that throw have changed the session nevertheless', async () => {
      const failing = site(options(), act)
      const visitor = failing.visitor()
      expect((await visitor.get('/fail')).status).to.equal(500)
      expect((await visitor.get('/read')).text).to.equal('{"views":8}')
      expect(failing.errors.map(err => err.message)).to.deep.equal(['oops'])
    })

    it('can yield the promises of save, saveSession and regenerateSession', async () => {
      const visitor = site(options(), act).visitor()
      for (const path of ['/saveSession', '/save', '/regenerate']) expect(lines(await visitor.get(path)).length, path).to.equal(2)
      expect((await visitor.get('/read')).text).to.equal('{"views":9}')
    })

    it('can yield a deferred session', async () => {
      const deferred: Generating = function* () {
        const session: Bag = yield this.session
        session.views = Number(session.views ?? 0) + 1
        this.body = String(session.views)
      }
      const visitor = site({ ...options(), defer: true }, deferred).visitor()
      expect([(await visitor.get()).text, (await visitor.get()).text]).to.deep.equal(['1', '2'])
    })

    it('may run before the middleware, and yield to it', async () => {
      const order: string[] = []
      const before: Generating = function* (next) {
        order.push('before')
        yield next
        order.push(`after ${lines({ headers: { 'set-cookie': this.res.getHeader('set-cookie') } } as never).length}`)
      }
      const handler: Handler = ctx => void (order.push('handler'), (session(ctx).views = 1), show(ctx))
      const res = await new KoaSite(options(), handler, { koa, before: [before as never] }).get()
      expect([order, res.text]).to.deep.equal([['before', 'handler', 'after 2'], '{"views":1}'])
    })
  })
}
