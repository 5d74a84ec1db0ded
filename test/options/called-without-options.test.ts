import express = require('express')
import { expect } from 'chai'
import Koa = require('koa')
import koaSession = require('../../lib/koa')
import { koaGenericSession, koaSessionStore, koaSessionTs } from '../../lib/koa-presets'
import request = require('supertest')
import { session } from '../support/subject'

type Call = (options?: unknown) => unknown

const MIDDLEWARES: Readonly<Record<string, { readonly call: Call; readonly example: string }>> = {
  Connect: { call: session as Call, example: "session({ secret: '…' })" },
  Koa: { call: koaSession as Call, example: 'session({ … }, app)' },
  'the preset of koa-generic-session': { call: koaGenericSession as Call, example: 'session({ … }, app)' },
  'the preset of koa-session-store': { call: koaSessionStore as Call, example: 'session({ … }, app)' },
  'the preset of koa-session-ts': { call: koaSessionTs as Call, example: 'session({ … }, app)' },
}

/** Values that are sometimes passed in place of the options, by their names. */
const REFUSED: Readonly<Record<string, unknown>> = {
  'the secret': 'keyboard cat',
  'an array of secrets': ['keyboard cat', 'older cat'],
  'a number': 5,
  true: true,
  'a function': () => ({ secret: 'keyboard cat' }),
}

for (const [name, { call, example }] of Object.entries(MIDDLEWARES)) {
  describe(`options: a call with something else than options, on ${name}`, () => {
    for (const [what, value] of Object.entries(REFUSED)) {
      it(`refuses ${what}, and does not quote it`, () => {
        expect(() => call(value)).to.throw(TypeError, new RegExp(`^options must be an object; write ${literal(example)}$`))
      })
    }
  })
}

describe('options: a call with a false value', () => {
  for (const [name, value] of Object.entries({ undefined: undefined, null: null, false: false, 0: 0, 'an empty string': '' })) {
    it(`takes ${name} as no options`, () => {
      expect(() => (session as Call)(value)).to.not.throw()
      expect(() => (koaSession as Call)(value)).to.not.throw()
    })
  }
})

describe('options: app.use(session), without the call', () => {
  it('fails on Express with an error that says what to write', async () => {
    const app = express()
    app.use(session as never)
    expect(await failure(app)).to.match(
      /session was called for a request: write app\.use\(session\({ secret: '…' }\)\), not app\.use\(session\)/,
    )
  })

  for (const [name, { call }] of Object.entries(MIDDLEWARES).slice(1)) {
    it(`fails on ${name} with an error that says what to write`, async () => {
      const app = new Koa()
      app.use(call as never)
      const errors: Error[] = []
      app.on('error', (err: Error) => errors.push(err))
      await request(app.callback()).get('/').expect(500)
      expect(errors.map(({ message }) => message)).to.deep.equal([
        'session was called for a request: write app.use(session({ … }, app)), not app.use(session)',
      ])
    })
  }
})

describe('options: the middleware of another framework', () => {
  it('fails with an error that names the one for Koa', async () => {
    const app = new Koa()
    app.use(session({ secret: 'a long secret for tests' }) as never)
    const errors: Error[] = []
    app.on('error', (err: Error) => errors.push(err))
    await request(app.callback()).get('/').expect(500)
    expect(errors.map(({ message }) => message)).to.deep.equal(["argument next is required: on Koa, write require('resession/koa')"])
  })

  it('fails with an error that names the one for Express', async () => {
    const app = express()
    app.use(koaSession({}) as never)
    expect(await failure(app)).to.equal("session needs a context of Koa: on Express, write require('resession')")
  })
})

/** The message of the error, as the app's error handler gets it. */
async function failure(app: express.Express): Promise<string> {
  app.use(((err, _req, res, _next) => void res.status(500).send((err as Error).message)) satisfies express.ErrorRequestHandler)
  return (await request(app).get('/').expect(500)).text
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
