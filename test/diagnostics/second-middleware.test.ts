import { expect } from 'chai'
import express = require('express')
import request = require('supertest')
import koaSession = require('../../lib/koa')
import { count as koaCount, KOAS, type Ctx } from '../koa/site'
import { useDiagnostics } from '../support/diagnostics'
import { count } from '../support/handlers'
import { QUIET } from '../support/site'
import { session } from '../support/subject'
import { useWarnings } from '../support/warnings'

interface App {
  get(path: string): request.Test
}

/** An app with two middlewares, on these paths. */
type Make = (first: string, second: string, paths?: readonly [string, string]) => App

const onExpress: Make = (first, second, [one, other] = ['/', '/']) => {
  const app = express()
  app.use(one, session({ ...QUIET, name: first }) as unknown as express.RequestHandler)
  app.use(other, session({ ...QUIET, name: second }) as unknown as express.RequestHandler)
  app.use((req, res) => void count(req as never, res))
  return request(app)
}

const HOSTS: Record<string, Make> = { Express: onExpress }
for (const [name, Koa] of Object.entries(KOAS)) {
  HOSTS[name] = (first, second, [one, other] = ['/', '/']) => {
    const app = new Koa()
    app.keys = ['keyboard cat']
    const at = (path: string, middleware: (ctx: never, next: () => Promise<unknown>) => unknown) =>
      app.use((ctx: Ctx, next: () => Promise<unknown>) => (ctx.path.startsWith(path) ? middleware(ctx as never, next) : next()))
    at(one, koaSession({ name: first }))
    at(other, koaSession({ name: second }))
    app.use(koaCount)
    return request(app.callback())
  }
}

for (const [host, make] of Object.entries(HOSTS)) {
  describe(`diagnostics: two middlewares on one request, on ${host}`, () => {
    const warnings = useWarnings()
    const published = useDiagnostics('resession:session-skipped')
    const names = [`user-${host}`, `admin-${host}`] as const

    it('with different names cause a warning, once', async () => {
      const app = make(...names)
      await app.get('/')
      await app.get('/')
      expect(warnings.map(({ code }) => code)).to.deep.equal(['RESESSION_SECOND_MIDDLEWARE'])
      expect(warnings[0]?.message).to.contain(`"admin-${host}" does nothing on a request that has the session of "user-${host}"`)
      expect(published.map(([, message]) => message)).to.deep.equal(
        Array(2).fill({ reason: 'second-middleware', code: 'RESESSION_SECOND_MIDDLEWARE', name: `admin-${host}` }),
      )
    })

    it('with the same name cause no warning', async () => {
      await make(names[0], names[0]).get('/')
      expect(published).to.deep.equal([])
    })

    it('on different paths cause no warning', async () => {
      const app = make(`at-user-${host}`, `at-admin-${host}`, ['/user', '/admin'])
      await app.get('/user')
      await app.get('/admin')
      expect(published).to.deep.equal([])
      expect(warnings).to.deep.equal([])
    })
  })
}

/** What makes a middleware the one of a path. */
const WAYS: Record<string, (path: string) => object> = {
  'the path of the cookie': path => ({ cookie: { path } }),
  skip: path => ({ skip: (on: { path: string }) => !on.path.startsWith(path) }),
}

for (const [way, optionsFor] of Object.entries(WAYS)) {
  describe(`diagnostics: a middleware that has no session for a request, by ${way}`, () => {
    const published = useDiagnostics('resession:session-skipped')

    for (const [name, Koa] of Object.entries(KOAS)) {
      it(`leaves it to the next one, on ${name}`, async () => {
        const app = new Koa()
        app.keys = ['keyboard cat']
        for (const path of ['/user', '/admin']) app.use(koaSession({ name: path.slice(1), ...optionsFor(path) }, app as never))
        app.use(koaCount)
        await visits(request.agent(app.callback()))
      })
    }

    it('leaves it to the next one, on Express', async () => {
      const app = express()
      for (const path of ['/user', '/admin'])
        app.use(session({ ...QUIET, name: path.slice(1), ...optionsFor(path) }) as unknown as express.RequestHandler)
      app.use((req, res) => void count(req as never, res))
      await visits(request.agent(app))
    })

    async function visits(client: ReturnType<typeof request.agent>): Promise<void> {
      const counts: string[] = []
      for (const path of ['/user', '/admin', '/user', '/admin/page']) counts.push((await client.get(path)).text)
      expect(counts).to.deep.equal(['1', '1', '2', '2'])
      expect(published).to.deep.equal([])
    }
  })
}
