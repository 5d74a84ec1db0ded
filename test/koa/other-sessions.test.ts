import { createServer } from 'node:http'
import { expect } from 'chai'
import express = require('express')
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import expressSession = require('express-session')
import resession = require('../../lib')
import { Browser } from '../support/browser'
import { reusePort } from '../support/reused-port'
import { TracingStore } from '../support/tracing-store'
import { KOAS, KoaSite, onRequest, type Bag, type Ctx, type Handler, type KoaSessionOptions } from './site'

interface Own {
  user?: string
  views?: number
  destroy?(done: () => void): void
}

const ownOn = (req: object): Own | undefined => (req as { session?: Own }).session

const OPTIONS = { secret: 'keyboard cat', resave: false, saveUninitialized: false, name: 'outer' }

/** A middleware outside of the Koa app that puts its session on the request. */
const OUTERS: Record<string, () => RequestHandler> = {
  'express-session': () => expressSession(OPTIONS),
  resession: () => resession(OPTIONS) as unknown as RequestHandler,
  'a middleware with an accessor, as cookie-session has': accessor,
}

function accessor(): RequestHandler {
  let session: Own | null = {}
  return (req, _res, next) => {
    const value = { get: () => session, set: (given: Own | null) => void (session = given), configurable: true }
    Object.defineProperty(req, 'session', value)
    next()
  }
}

const KINDS: Record<string, () => KoaSessionOptions> = {
  'a store': () => ({ store: new TracingStore() }),
  'a store of promises': () => ({ store: promises() as never }),
  'the cookie': () => ({}),
}

function promises() {
  const records = new Map<string, object>()
  return {
    get: async (id: string) => records.get(id),
    set: async (id: string, record: object) => void records.set(id, record),
    destroy: async (id: string) => void records.delete(id),
  }
}

/** Counts in the session of Koa, and responds with it and the user of the request's. */
const count: Handler = ctx => {
  const session = ctx.session as Bag
  const views = (session.views = Number(session.views ?? 0) + 1)
  ctx.body = `${views} ${String(ownOn(ctx.req)?.user)}`
}

for (const [name, koa] of Object.entries(KOAS)) {
  for (const [outer, make] of Object.entries(OUTERS)) {
    for (const [kind, options] of Object.entries(KINDS)) {
      describe(`koa: an app on ${name} inside of an Express app that uses ${outer}, with sessions in ${kind}`, () => {
        const browse = (handler: Handler = count): Browser => {
          const inner = new KoaSite({ ...options(), name: 'inner' }, handler, { koa }).app.callback()
          const app = express()
            .use(make())
            .get('/login', (req: Request, res: Response) => {
              ;(ownOn(req) as Own).user = 'ada'
              res.end()
            })
            .get('/who', (req: Request, res: Response) => void res.end(String(ownOn(req)?.user)))
            .use('/ended', (req: Request, _res: Response, next: NextFunction) => {
              const session = ownOn(req)
              if (session?.destroy) session.destroy(() => next())
              else next()
            })
            .use('/', (req: Request, res: Response) => void inner(req, res))
          return new Browser(reusePort(createServer(app)))
        }

        it('has another session than the Express app, whose session stays at the request', async () => {
          const visitor = browse()
          await visitor.get('/login')
          const before = visitor.jar.value('outer')
          expect([(await visitor.get('/k')).text, (await visitor.get('/k')).text]).to.deep.equal(['1 ada', '2 ada'])
          expect([(await visitor.get('/who')).text, visitor.jar.value('outer')]).to.deep.equal(['ada', before])
          const own = before === undefined ? [] : ['outer']
          expect(visitor.jar.names).to.have.members([...own, 'inner', 'inner.sig'])
        })

        it('sets no cookie of the Express app, whose client has none', async () => {
          const visitor = browse()
          expect((await visitor.get('/k')).text).to.equal('1 undefined')
          expect(visitor.jar.names).to.deep.equal(['inner', 'inner.sig'])
        })

        it('does not take the place of a session that the Express app has ended', async () => {
          const visitor = browse()
          await visitor.get('/login')
          const before = visitor.jar.value('outer')
          expect((await visitor.get('/ended')).text).to.match(/^1 /)
          expect(visitor.jar.value('outer')).to.equal(before)
        })
      })
    }
  }

  describe(`koa: an Express app inside of an app on ${name}, with express-session`, () => {
    it('uses the session of the Koa app, and sets no cookie of its own', async () => {
      const inner = express()
        .use(expressSession(OPTIONS))
        .use((req: Request, res: Response) => {
          const session = ownOn(req) as Own
          session.views = (session.views ?? 0) + 1
          res.end(String(session.views))
        })
      const outer: Handler = async (ctx: Ctx) => {
        await ctx.session?.save()
        ctx.respond = false
        await new Promise<void>(resolve => {
          ctx.res.once('finish', resolve)
          inner(ctx.req as Request, ctx.res as Response)
        })
        expect(onRequest(ctx).views).to.equal(ctx.session?.views)
      }
      const site = new KoaSite({ store: new TracingStore() }, outer, { koa })
      const visitor = site.visitor()
      expect([(await visitor.get()).text, (await visitor.get()).text, site.errors]).to.deep.equal(['1', '2', []])
      expect(visitor.jar.names).to.deep.equal(['koa.sid', 'koa.sid.sig'])
    })
  })
}
