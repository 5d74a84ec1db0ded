import { createRequire } from 'node:module'
import { expect } from 'chai'
import type express = require('express')
import request = require('supertest')
import { blockWith } from '../support/docs/pages'
import { session } from '../support/subject'

const loadModule = createRequire(__filename)
const load = (name: string): unknown => (name === 'resession' ? session : loadModule(name))

/** The app of a program. */
function appOf(code: string): express.Express {
  const changed = code.replace(/^app\.listen\(.*$/m, 'return app')
  expect(changed).to.not.equal(code)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code of the documentation is what is tested
  return (new Function('require', changed) as (load: unknown) => express.Express)(load)
}

describe('docs/getting-started.md', () => {
  const PAGE = 'docs/getting-started.md'

  it('the program counts visits, logs in and logs out', async () => {
    const routes = blockWith(PAGE, "app.post('/login'")
    const agent = request.agent(appOf(blockWith(PAGE, 'const app = express()').replace('app.listen(', `${routes}\napp.listen(`)))
    await agent.get('/').expect(200, 'visit 1\n')
    await agent.get('/').expect(200, 'visit 2\n')
    await agent.get('/account').expect(303).expect('Location', '/login')
    expect((await agent.get('/login')).text).to.include('<form method="post">')
    await agent.post('/login').expect(401)
    await agent.post('/login').type('form').send({ name: 'ada', password: 'wrong' }).expect(401)
    await agent.post('/login').type('form').send({ name: 'ada', password: 'secret' }).expect(303).expect('Location', '/account')
    await agent
      .get('/account')
      .expect(200, 'Hello ada\n')
      .expect('Content-Type', /^text\/plain/)
    await agent.post('/logout').expect(303).expect('Location', '/')
    await agent.get('/account').expect(303)
  })
})

describe('docs/production.md: serverless', () => {
  interface Result {
    readonly statusCode: number
    readonly body: string
    readonly multiValueHeaders?: Record<string, string[]>
    readonly headers: Record<string, string>
  }

  it('the handler keeps a session in its cookie', async () => {
    const module: { exports: { handler?: (event: object, context: object) => Promise<Result> } } = { exports: {} }
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as above
    new Function('require', 'exports', 'process', blockWith('docs/production.md', '// handler.js'))(load, module.exports, {
      env: { SESSION_SECRET: 'a secret that only these tests know' },
    })
    const get = async (cookie?: string): Promise<Result> =>
      (module.exports.handler as NonNullable<typeof module.exports.handler>)(
        { httpMethod: 'GET', path: '/', headers: { host: 'localhost', ...(cookie && { cookie }) }, requestContext: {} },
        {},
      )
    const first = await get()
    expect(first.body).to.equal('visit 1\n')
    const line = first.multiValueHeaders?.['set-cookie']?.[0] ?? first.headers['set-cookie'] ?? ''
    expect(line).to.match(/^__Host-id=.*; Secure/)
    expect((await get(line.split(';')[0])).body).to.equal('visit 2\n')
  })
})

describe('docs/frameworks.md: Express 4', () => {
  const express4 = loadModule('express-4') as typeof express

  it('wrap passes a failed logout to the error handler', async () => {
    const app = express4()
    app.use((req, _res, next) => {
      Object.assign(req, { session: { destroy: async () => Promise.reject(new Error('store is down')) } })
      next()
    })
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as above
    new Function('app', blockWith('docs/frameworks.md', 'const wrap'))(app)
    app.use(((err, _req, res, _next) => void res.status(503).send((err as Error).message)) satisfies express.ErrorRequestHandler)
    await request(app).post('/logout').expect(503, 'store is down')
  })
})
