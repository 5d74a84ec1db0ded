import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import type request from 'supertest'
import { useDiagnostics } from '../support/diagnostics'
import { count, data } from '../support/handlers'
import { Site, type Handler } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { useWarnings } from '../support/warnings'
import { KOAS, KoaSite, type Ctx, type Handler as KoaHandler } from '../koa/site'

let made = 0
const newName = (): string => `late${made++}`

describe('diagnostics: a session that changes after the headers', () => {
  const warnings = useWarnings()
  const published = useDiagnostics('resession:cookie-withheld')
  const visit = async (handler: Handler, options: Partial<SessionOptions> = {}): Promise<Site> => {
    const site = new Site({ name: newName(), ...options }, handler)
    await site.get()
    return site
  }

  const LATE: Record<string, Handler> = {
    'after a write': (req, res) => (res.write('a'), count(req, res)),
    'after flushHeaders': (req, res) => (res.flushHeaders(), count(req, res)),
    'after writeHead': (req, res) => (res.writeHead(200), count(req, res)),
    'by regenerate': (req, res) => {
      data(req).views = 1
      res.write('a')
      req.session.regenerate(() => count(req, res))
    },
  }
  for (const [how, handler] of Object.entries(LATE)) {
    it(`${how} causes a warning`, async () => {
      await visit(handler)
      expect(warnings.map(({ code }) => code)).to.deep.equal(['RESESSION_HEADERS_SENT'])
      expect(warnings[0]?.message).to.contain('Change the session before the first write')
      expect(published.map(([, message]) => (message as { reason: string }).reason)).to.deep.equal(['headers-sent'])
    })
  }

  const IN_TIME: Record<string, readonly [handler: Handler, options?: Partial<SessionOptions>]> = {
    'before a write': [(req, res) => ((data(req).views = 1), res.write('a'), res.end())],
    'before a write, and again behind it': [(req, res) => ((data(req).views = 1), res.write('a'), count(req, res))],
    'before writeHead': [(req, res) => ((data(req).views = 1), res.writeHead(200), res.end())],
    'behind a write, if each client has a session': [(req, res) => (res.write('a'), count(req, res)), { saveUninitialized: true }],
    never: [(_req, res) => (res.write('a'), res.end())],
    'behind a write, if the connection is insecure': [(req, res) => (res.write('a'), count(req, res)), { cookie: { secure: true } }],
  }
  for (const [how, [handler, options]] of Object.entries(IN_TIME)) {
    it(`${how} causes no warning`, async () => {
      await visit(handler, options)
      expect(warnings.filter(({ code }) => code === 'RESESSION_HEADERS_SENT')).to.deep.equal([])
    })
  }

  it('causes no warning if the client has the ID', async () => {
    const site = new Site({ name: newName() }, (req, res) => (req.url === '/' ? count(req, res) : (res.write('a'), count(req, res))))
    const visitor = site.visitor()
    await visitor.get('/')
    await visitor.get('/stream')
    expect(warnings).to.deep.equal([])
  })
})

for (const [koa, Koa] of Object.entries(KOAS)) {
  for (const where of ['a store', 'the cookie'] as const) {
    describe(`diagnostics: a session in ${where} that changes after the headers, on ${koa}`, () => {
      const warnings = useWarnings()
      const visit = (handler: KoaHandler): request.Test =>
        new KoaSite({ name: newName(), store: where === 'the cookie' ? 'cookie' : new session.MemoryStore() }, handler, { koa: Koa }).get()
      const raw = (ctx: Ctx): ServerResponse => Object.assign(ctx, { respond: false }).res
      const change = (ctx: Ctx): unknown => Object.assign(ctx.session as object, { views: 1 })

      it('causes a warning', async () => {
        await visit(ctx => {
          raw(ctx).write('a')
          change(ctx)
          ctx.res.end()
        })
        expect(warnings.map(({ code }) => code)).to.deep.equal(['RESESSION_HEADERS_SENT'])
      })

      it('causes no warning if it has been saved before', async () => {
        await visit(async ctx => {
          change(ctx)
          await ctx.saveSession()
          raw(ctx).end('a')
        })
        expect(warnings).to.deep.equal([])
      })

      it('causes no warning if it has not changed', async () => {
        await visit(ctx => raw(ctx).end('a'))
        expect(warnings).to.deep.equal([])
      })
    })
  }
}
