import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect } from 'chai'
import koaSession = require('../../lib/koa')
import { useClock } from '../support/clock'
import { TracingStore } from '../support/tracing-store'
import { KOAS, KoaSite, type Bag, type Ctx, type Handler, type KoaSessionOptions } from './site'

/** An app that can create contexts. */
interface Creating {
  createContext(req: IncomingMessage, res?: undefined): Ctx
}

type Run = (ctx: unknown, next: () => Promise<unknown>) => Promise<void>

/** The session, which is a promise with `defer`. */
const sessionOf = async (ctx: Ctx): Promise<Bag> => (await (ctx.session as unknown)) as Bag

const count: Handler = async ctx => {
  const session = await sessionOf(ctx)
  session.views = Number(session.views ?? 0) + 1
}

const read = async (ctx: Ctx): Promise<string> => JSON.stringify(await sessionOf(ctx))

const HANDLERS: Record<string, Handler> = { '/': count, '/read': async ctx => (ctx.body = await read(ctx)) }

/** What the client has signed its cookie with, and the session that the context then has. */
const SIGNED: Record<string, readonly [keys: string[], session: string]> = {
  'the key': [['keyboard cat'], '{"views":1}'],
  'an older key': [['new', 'keyboard cat'], '{"views":1}'],
  'a key that was removed': [['new'], '{}'],
}

const KINDS: Record<string, () => KoaSessionOptions> = {
  'a store': () => ({ store: new TracingStore() }),
  'the cookie': () => ({}),
}

for (const [name, koa] of Object.entries(KOAS)) {
  for (const [kind, make] of Object.entries(KINDS)) {
    describe(`koa: a context without a response, as koa-websocket creates, on ${name}, with sessions in ${kind}`, () => {
      const clock = useClock()

      /** A client with a session, and the same app for its WebSocket. */
      const arrive = async (options: KoaSessionOptions = {}) => {
        const given = { ...make(), ...options }
        const sessions = koaSession(given) as unknown as Run
        const site = new KoaSite({}, HANDLERS, { koa, instead: () => sessions })
        const visitor = site.visitor()
        await visitor.get()
        const connect = async (handler: Handler, headers = { cookie: visitor.jar.header('/') }): Promise<void> => {
          const req = Object.assign(new IncomingMessage(new Socket()), { url: '/socket', method: 'GET', headers })
          const ctx = (site.app as unknown as Creating).createContext(req)
          await sessions(ctx, async () => handler(ctx))
        }
        return { site, visitor, connect, store: given.store as TracingStore | undefined }
      }

      for (const [what, [keys, session]] of Object.entries(SIGNED)) {
        it(`has the session ${session} of a cookie that was signed with ${what}`, async () => {
          const { site, visitor, connect } = await arrive()
          site.app.keys = keys
          let found = ''
          await connect(async ctx => (found = await read(ctx)))
          expect(found).to.equal(session)
          // The next response sees the cookie as it is
          expect((await visitor.get('/read')).text).to.equal(session)
        })
      }

      it('has a new session for a client without one', async () => {
        const { connect } = await arrive()
        let found: unknown
        await connect(ctx => void (found = ctx.session?.isNew), { cookie: '' })
        expect(found).to.equal(true)
      })

      for (const [what, options] of Object.entries<KoaSessionOptions>({
        'an unsigned cookie': { signed: false },
        rolling: { rolling: true, cookie: { maxAge: 60_000 } },
        resign: { resign: true },
        'cacheControl: "auto"': { cacheControl: 'auto' },
        defer: { defer: true },
      })) {
        it(`may be read with ${what}`, async () => {
          const { connect } = await arrive(options)
          let found = ''
          await connect(async ctx => (found = await read(ctx)))
          expect(found).to.equal('{"views":1}')
        })
      }

      if (kind === 'a store') {
        it('saves changed data, without a cookie', async () => {
          const { visitor, connect, store } = await arrive()
          store?.trace()
          await connect(count)
          expect(store?.trace()).to.deep.equal(['get', 'set'])
          expect((await visitor.get('/read')).text).to.equal('{"views":2}')
        })

        it('saves a change that is made after the middlewares have ended', async () => {
          const { visitor, connect } = await arrive()
          let socket: Ctx | undefined
          await connect(ctx => void (socket = ctx))
          await socket?.updateSession(session => void (session.views = 5))
          expect((await visitor.get('/read')).text).to.equal('{"views":5}')
        })

        it('ends the session', async () => {
          const { visitor, connect, store } = await arrive()
          await connect(ctx => void (ctx.session = null))
          expect(await store?.count()).to.equal(0)
          expect((await visitor.get('/read')).text).to.equal('{}')
        })

        it('keeps the ID of a session that is due for another', async () => {
          const { visitor, connect } = await arrive({ renewAfter: 60_000 })
          clock.turn(90_000)
          await connect(read)
          clock.turn(90_000)
          expect((await visitor.get('/read')).text).to.equal('{"views":1}')
        })
      } else {
        it('does not save changed data', async () => {
          const { visitor, connect } = await arrive({ diagnostics: false })
          await connect(count)
          expect((await visitor.get('/read')).text).to.equal('{"views":1}')
        })
      }
    })
  }
}
