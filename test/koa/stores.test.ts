import { expect } from 'chai'
import { MemoryStore } from '../../lib'
import { count, KoaSite, leave, show, type Handler } from './site'
import { Strings, Told, type Answer } from './told'

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/leave': leave }

const ANSWERS: Record<string, Answer> = {
  values: value => value,
  promises: value => Promise.resolve(value),
  thunks: value => (done: (err: unknown, value: unknown) => void) => void setImmediate(done, null, value),
  generators: value =>
    (function* (): Generator {
      yield Promise.resolve()
      return yield (done: (err: unknown, value: unknown) => void) => done(null, value)
    })(),
}

const FAILURES: Record<string, Answer> = {
  'a throw': () => {
    throw new Error('down')
  },
  'a rejection': () => Promise.reject(new Error('down')),
  'a thunk': () => (done: (err: unknown) => void) => done(new Error('down')),
  'a generator': () =>
    (function* (): Generator {
      yield Promise.reject(new Error('down'))
    })(),
}

/**
 * A client counts, reads, and logs out.
 *
 * @returns the responses
 */
async function visits(store: unknown): Promise<string[]> {
  const visitor = new KoaSite({ store: store as never }, HANDLERS).visitor()
  const texts: string[] = []
  for (const path of ['/', '/', '/read', '/leave', '/read']) texts.push((await visitor.get(path)).text)
  return texts
}

const AS_IT_SHOULD = ['1', '2', '{"views":2}', 'left', '{}']

describe('koa: stores', () => {
  it('of express-session', async () => {
    expect(await visits(new MemoryStore())).to.deep.equal(AS_IT_SHOULD)
  })

  for (const [kind, answer] of Object.entries(ANSWERS)) {
    it(`with get, set and destroy that use ${kind}`, async () => {
      const store = new Told(answer)
      expect(await visits(store)).to.deep.equal(AS_IT_SHOULD)
      expect(store.records.size).to.equal(0)
    })

    it(`with load, save and remove that use ${kind}`, async () => {
      const store = new Strings(answer)
      expect(await visits(store)).to.deep.equal(AS_IT_SHOULD)
      expect(store.records.size).to.equal(0)
    })
  }

  for (const [kind, fail] of Object.entries(FAILURES)) {
    it(`that fail by ${kind} are an error of the request`, async () => {
      const store = new Told(fail)
      const site = new KoaSite({ store: store as never }, HANDLERS)
      expect((await site.get('/')).status).to.equal(500)
      expect(site.errors.map(err => err.message)).to.deep.equal(['down'])
    })
  }

  it('that report ENOENT have no such session', async () => {
    const store = new Told()
    const visitor = new KoaSite({ store: store as never }, HANDLERS).visitor()
    await visitor.get()
    store.get = () => Promise.reject(Object.assign(new Error('missing'), { code: 'ENOENT' }))
    expect((await visitor.get('/read')).text).to.equal('{}')
  })

  it('that are made for each request receive its context', async () => {
    const store = new Told()
    const paths: string[] = []
    const visitor = new KoaSite({ store: ctx => (paths.push(ctx.path), store as never) }, HANDLERS).visitor()
    await visitor.get()
    expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    expect(paths).to.deep.equal(['/', '/read'])
  })

  it('of promises receive the ttl, the context, and whether the session has changed', async () => {
    const store = new Told()
    const visitor = new KoaSite({ store: store as never, cookie: { maxAge: 60_000 } }, HANDLERS).visitor()
    await visitor.get()
    await visitor.get()
    await visitor.get('/leave')
    const told = store.calls.map(call => call.map(arg => (typeof arg === 'object' ? Object.keys(arg as object) : arg)))
    const id = store.calls[0]?.[1]
    expect(told).to.deep.equal([
      ['set', id, ['cookie', 'views'], 60_000, ['ctx', 'rolling', 'changed']],
      ['get', id, 60_000, ['ctx', 'rolling']],
      ['set', id, ['cookie', 'views'], 60_000, ['ctx', 'rolling', 'changed']],
      ['get', id, 60_000, ['ctx', 'rolling']],
      ['destroy', id, ['ctx', 'rolling']],
    ])
  })

  it('of JSON strings contain only the data, unless the cookie differs from the default', async () => {
    const store = new Strings(value => value)
    const lasting: Handler = ctx => void Object.assign(ctx.session as object, { a: 1, maxAge: 60_000 })
    const site = new KoaSite({ store: store as never }, { '/': count, '/lasting': lasting })
    await site.get('/')
    await site.get('/lasting')
    const records = Array.from(store.records.values()).map(text => Object.keys(JSON.parse(text) as object))
    expect(records).to.deep.equal([['views'], ['cookie', 'a']])
  })

  it('with records of all four older middlewares are supported', async () => {
    const store = new Told()
    const records = [
      { views: 1, _expire: Date.now() + 60_000, _maxAge: 60_000 },
      { views: 1, _session: true },
      { cookie: { path: '/', httpOnly: true, overwrite: true, signed: true, maxAge: 60_000 }, views: 1 },
      { cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }, views: 1 },
      { views: 1 },
    ]
    const visitor = new KoaSite({ store: store as never }, HANDLERS).visitor()
    await visitor.get()
    const id = visitor.jar.value('koa.sid') as string
    for (const record of records) {
      store.records.set(id, JSON.stringify(record))
      expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    }
  })

  it('with an expired record have no such session', async () => {
    const store = new Told()
    const visitor = new KoaSite({ store: store as never }, HANDLERS).visitor()
    for (const record of [
      { views: 1, _expire: Date.now() - 1 },
      { cookie: { expires: new Date(1), originalMaxAge: 1 }, views: 1 },
    ]) {
      await visitor.get()
      store.records.set(visitor.jar.value('koa.sid') as string, JSON.stringify(record))
      expect((await visitor.get('/read')).text).to.equal('{}')
    }
  })
})
