import { createServer } from 'node:http'
import { expect } from 'chai'
import koaSession = require('../../lib/koa')
import { session } from '../support/subject'
import { count, data, routes } from '../support/handlers'
import { FaultyStore } from '../support/faulty-store'
import { PromiseStore } from '../support/promise-store'
import type { Ctx } from '../koa/site'
import { connect, QUIET } from '../support/connect-host'
import { onEachKoa, onEachStore } from '../support/hosts'
import { siteOn, Visitor } from '../support/site'
import { TracingStore } from '../support/tracing-store'

const HANDLERS = routes({ '/': count, '/id': (req, res) => res.end(req.sessionID) })

onEachStore('sessions.end', (host, storage) => {
  for (const hashIds of [undefined, 'migrate', true] as const) {
    it(`destroys the session of an ID, with hashIds: ${hashIds}`, async () => {
      const store = new TracingStore()
      const options = { ...storage.options(store), hashIds }
      const client = siteOn(host, options, HANDLERS).visitor()
      const other = siteOn(host, options, HANDLERS).visitor()
      for (const visitor of [client, other]) await visitor.get()
      const { text: id } = await client.get('/id')
      const { end } = sessionsOf(host.framework, options)
      await end(id)
      expect(await store.count()).to.equal(1)
      expect([(await client.get()).text, (await other.get()).text]).to.deep.equal(['1', '2'])
    })
  }

  it('does nothing if there is no such session', async () => {
    await sessionsOf(host.framework, storage.options(new TracingStore())).end('ada')
  })

  it('rejects with the error of the store', async () => {
    const store = new FaultyStore()
    const { end } = sessionsOf(host.framework, storage.options(store))
    store.fail('destroy', new Error('store down'))
    expect(await outcomeOf(end('ada'))).to.equal('Error: store down')
  })

  for (const id of [undefined, null, '', 5, {}]) {
    it(`rejects what is no ID: ${JSON.stringify(id)}`, async () => {
      const { end } = sessionsOf(host.framework, storage.options(new TracingStore()))
      expect(await outcomeOf(end(id as never))).to.match(/^TypeError: sessions\.end needs the ID of a session, not /)
    })
  }
})

onEachKoa('sessions.end, of a request that is under way', (_, Koa) => {
  for (const [kind, storeOf] of Object.entries({
    'calls back': (store: TracingStore) => store,
    promises: (store: TracingStore) => new PromiseStore(store as never),
  })) {
    it(`is not undone by its save, if the store ${kind}`, async () => {
      const store = new TracingStore()
      const sessions = koaSession({ store: storeOf(store) as never, hashIds: true })
      const app = new Koa()
      app.keys = ['keyboard cat, and more of it']
      app.use(sessions)
      app.use(async (ctx: Ctx) => {
        if (ctx.path === '/end') await sessions.end(ctx.sessionId as string)
        const views = Number((ctx.session as { views?: number }).views ?? 0) + 1
        Object.assign(ctx.session as object, { views })
        ctx.body = String(views)
      })
      const client = new Visitor(createServer((req, res) => void app.callback()(req, res)))
      await client.get()
      const { cookie } = client
      await client.get('/end')
      expect(await store.count()).to.equal(0)
      expect((await client.get('/', { Cookie: cookie })).text).to.equal('1')
    })
  }
})

describe('sessions.end', () => {
  it('is not undone by a request that is under way', async () => {
    const store = new TracingStore()
    const sessions = session({ ...QUIET, store, hashIds: true })
    const client = siteOn(connect, { store, hashIds: true }, async (req, res) => {
      if (req.url === '/end') await sessions.end(req.sessionID)
      data(req).views = Number(data(req).views ?? 0) + 1
      res.end(String(data(req).views))
    }).visitor()
    await client.get()
    const { cookie } = client
    await client.get('/end')
    expect(await store.count()).to.equal(0)
    expect((await client.get('/', { Cookie: cookie })).text).to.equal('1')
  })

  it('finds a record under its ID, and under the key of its ID', async () => {
    const store = new TracingStore()
    const sessions = session({ ...QUIET, store, hashIds: 'migrate' })
    store.set('ada', { cookie: { originalMaxAge: null } } as never)
    await sessions.end('ada')
    expect(store.sessions).to.deep.equal({})
  })

  it('takes an error for a session that is missing, as session-file-store has it, for no error', async () => {
    const store = new FaultyStore()
    const sessions = session({ ...QUIET, store, hashIds: 'migrate' })
    store.fail('destroy', Object.assign(new Error('no such file'), { code: 'ENOENT' }))
    await sessions.end('ada')
  })

  const NO_STORE: Readonly<Record<string, () => { end(id: string): Promise<void> }>> = {
    'sessions are kept in the cookie': () => session({ ...QUIET, store: 'cookie' }),
    'sessions are kept in the cookie, on Koa': () => koaSession({ store: 'cookie' }),
    'the store is made for each request, on Koa': () => koaSession({ store: () => new PromiseStore(new TracingStore() as never) }),
  }
  for (const [title, make] of Object.entries(NO_STORE)) {
    it(`rejects if ${title}`, async () => {
      expect(await outcomeOf(make().end('ada'))).to.match(/^TypeError: sessions\.end needs a store/)
    })
  }
})

/** The sessions of another middleware on the same store. */
function sessionsOf(framework: 'Connect' | 'Koa', options: object): { end(id: string): Promise<void> } {
  return framework === 'Connect' ? session({ ...QUIET, ...options }) : koaSession(options)
}

async function outcomeOf(promise: Promise<void>): Promise<string> {
  return promise.then(() => 'done', String)
}
