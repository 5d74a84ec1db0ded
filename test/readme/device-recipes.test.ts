import { createRequire } from 'node:module'
import { expect } from 'chai'
import express = require('express')
import request = require('supertest')
import ts = require('typescript')
import koaSession = require('../../lib/koa')
import { blockWith } from '../support/docs/pages'
import { session } from '../support/subject'
import { suiteNeeds } from '../support/suite-needs'

const loadModule = createRequire(__filename)
const PAGE = 'docs/recipes.md'
const SECRET = 'a secret that only these tests know'

type Agent = ReturnType<typeof request.agent>
type Listener = NonNullable<Parameters<typeof request.agent>[0]>

interface Device {
  readonly handle: string
  readonly about: { readonly browser: string }
  readonly current?: true
}

/** Code of the page, as a function of these parameters. */
function compiled<Made>(parameters: readonly string[], code: string): (...args: unknown[]) => Made {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code of the documentation is what is tested
  return new Function(...parameters, code) as (...args: unknown[]) => Made
}

async function logIn(listener: Listener, browser: string): Promise<Agent> {
  const agent = request.agent(listener).set('User-Agent', browser)
  expect((await agent.post('/login/ada')).text).to.equal('logged in\n')
  return agent
}

const devicesOf = async (agent: Agent): Promise<Device[]> => (await agent.get('/devices')).body as Device[]

/** @param ends the path that ends one session, if the app has it */
async function check(listener: Listener, all: (ended: number) => object | string, ends = true): Promise<void> {
  expect((await request(listener).get('/devices')).status).to.equal(401)
  const [phone, laptop, tablet] = [await logIn(listener, 'phone'), await logIn(listener, 'laptop'), await logIn(listener, 'tablet')]
  const devices = await devicesOf(laptop)
  expect(devices.map(({ about, current = false }) => [about.browser, current])).to.deep.equal([
    ['phone', false],
    ['laptop', true],
    ['tablet', false],
  ])
  if (ends) {
    expect((await laptop.post(`/devices/${devices[0]?.handle}/end`)).status).to.equal(200)
    expect((await laptop.post('/devices/none/end')).status).to.equal(404)
    expect((await phone.get('/devices')).status).to.equal(401)
  }
  const { text } = await laptop.post('/devices/end-others')
  const said = all(ends ? 1 : 2)
  expect(text).to.equal(typeof said === 'string' ? said : JSON.stringify(said))
  expect((await tablet.get('/devices')).status).to.equal(401)
  expect((await devicesOf(laptop)).map(({ about }) => about.browser)).to.deep.equal(['laptop'])
}

describe('docs/recipes.md: the devices of a user', () => {
  it('with passport', async () => {
    const app = express()
    compiled(['app', 'session', 'require', 'secret'], blockWith(PAGE, 's.passport?.user'))(app, session, loadModule, SECRET)
    await check(app, ended => `${ended} ended\n`)
  })

  it('on Koa', async () => {
    const load = (name: string): unknown => (name === 'resession/koa' ? koaSession : loadModule(name))
    const code = `${blockWith(PAGE, "ctx.path.startsWith('/login/')")}; return koa`
    const koa = compiled<{ callback(): Listener }>(['require', 'store', 'secret'], code)(load, new session.MemoryStore(), SECRET)
    await check(koa.callback(), ended => `${ended} ended\n`, false)
  })

  describe('on NestJS', () => {
    suiteNeeds('the packages of NestJS', () => loadModule.resolve('@nestjs/platform-express'))

    /** A module of the page. */
    function moduleWith(text: string, load: (name: string) => unknown): Record<string, unknown> {
      const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, experimentalDecorators: true }
      const module = { exports: {} as Record<string, unknown> }
      const { outputText } = ts.transpileModule(blockWith(PAGE, text), { compilerOptions })
      compiled(['module', 'exports', 'require'], outputText)(module, module.exports, load)
      return module.exports
    }

    it('lists them, and logs them out', async () => {
      loadModule('reflect-metadata')
      const { sessions } = moduleWith('// sessions.ts', () => session) as { sessions: express.RequestHandler }
      const { DevicesController } = moduleWith('// devices.controller.ts', name =>
        name === './sessions' ? { sessions } : loadModule(name),
      )
      const { Module } = loadModule('@nestjs/common') as { Module(about: object): (target: object) => void }
      const { NestFactory } = loadModule('@nestjs/core') as { NestFactory: { create(module: object, options: object): Promise<App> } }
      class AppModule {}
      Module({ controllers: [DevicesController] })(AppModule)
      const app = await NestFactory.create(AppModule, { logger: false })
      app.use(sessions)
      app.use('/login/:user', (req: express.Request, res: express.Response) => {
        req.session.regenerate(() => (Object.assign(req.session, { user: 'ada' }), res.send('logged in\n')))
      })
      await app.init()
      await check(app.getHttpServer(), ended => ({ ended }))
      await app.close()
    })
  })
})

interface App {
  use(...args: unknown[]): void
  init(): Promise<void>
  getHttpServer(): Listener
  close(): Promise<void>
}
