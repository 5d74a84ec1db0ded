import { EventEmitter } from 'node:events'
import { createReadStream } from 'node:fs'
import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { GateStore } from '../support/gate-store'
import { TracingStore } from '../support/tracing-store'
import { useUncaught } from '../support/uncaught'
import { turns } from '../support/wire'
import koaSession = require('../../lib/koa')
import { count, KOAS, KoaSite, onRequest, lines, show, type Bag, type Handler } from './site'

/** Ends the session with its method. */
const destroy: Handler = async ctx => {
  await onRequest(ctx).destroy()
  ctx.body = 'left'
}

const stuck = (_id: string, done?: (err: Error) => void): void => void setImmediate(done as (err: Error) => void, new Error('stuck'))

describe('koa: a session that cannot be regenerated', () => {
  const WAYS: Record<string, Handler> = {
    '/regenerate': ctx => ctx.session?.regenerate(),
    '/keep': ctx => ctx.session?.regenerate({ keep: true }),
    '/regenerateSession': ctx => ctx.regenerateSession(),
    '/goOn': async ctx => {
      await ctx.session?.regenerate().catch(() => {})
      count(ctx)
    },
  }
  /** A request of a client with a session while destroy of the store fails. */
  const visit = async (path: string) => {
    const store = new TracingStore()
    const failing = new KoaSite({ store }, { '/': count, '/read': show, ...WAYS })
    const visitor = failing.visitor()
    await visitor.get()
    const before = visitor.jar.value('koa.sid')
    Object.assign(store, { destroy: stuck })
    const { status } = await visitor.get(path)
    const kept = visitor.jar.value('koa.sid') === before
    return {
      status,
      kept,
      count: await store.count(),
      next: (await visitor.get('/read')).text,
      said: failing.errors.map(err => err.message),
    }
  }

  // With keep, the new record is stored first: it cannot be removed either, and no client has its ID
  for (const [path, count] of [
    ['/regenerate', 1],
    ['/keep', 2],
    ['/regenerateSession', 1],
  ] as const) {
    it(`is kept, and the client keeps its cookie, on ${path}`, async () => {
      expect(await visit(path)).to.deep.equal({ status: 500, kept: true, count, next: '{"views":1}', said: ['stuck'] })
    })
  }

  it('is replaced nevertheless if the handler catches the error, as on Connect', async () => {
    expect(await visit('/goOn')).to.deep.equal({ status: 200, kept: false, count: 2, next: '{"views":1}', said: [] })
  })
})

describe('koa: req.session.destroy()', () => {
  const site = (store: TracingStore, handlers: Record<string, Handler> = {}): KoaSite =>
    new KoaSite({ store }, { '/': count, '/read': show, '/leave': destroy, ...handlers })

  it('calls the store once, and clears the cookie', async () => {
    const store = new TracingStore()
    const visitor = site(store).visitor()
    await visitor.get()
    store.trace()
    expect((await visitor.get('/leave')).text).to.equal('left')
    expect([store.trace(), visitor.jar.names]).to.deep.equal([['get', 'destroy'], []])
  })

  it('that fails is an error for its caller only, and the client keeps its cookie', async () => {
    const store = new TracingStore()
    const caught: Handler = ctx => (destroy(ctx) as Promise<void>).catch((err: Error) => (ctx.body = err.message))
    const failing = site(store, { '/try': caught })
    const visitor = failing.visitor()
    await visitor.get()
    Object.assign(store, { destroy: stuck })
    expect((await visitor.get('/try')).text).to.equal('stuck')
    expect(failing.errors).to.deep.equal([])
    expect((await visitor.get('/leave')).status).to.equal(500)
    expect(failing.errors.map(err => err.message)).to.deep.equal(['stuck'])
    expect((await visitor.get('/read')).text).to.equal('{"views":1}')
  })

  it('followed by an object in its place begins a session with a new ID', async () => {
    const store = new TracingStore()
    const anew: Handler = async ctx => {
      await destroy(ctx)
      ctx.session = { views: 7 } as never
    }
    const visitor = site(store, { '/anew': anew }).visitor()
    await visitor.get()
    const before = visitor.jar.value('koa.sid')
    await visitor.get('/anew')
    expect(visitor.jar.value('koa.sid')).to.be.a('string').and.not.equal(before)
    expect((await visitor.get('/read')).text).to.equal('{"views":7}')
    expect(await store.count()).to.equal(1)
  })
})

describe('koa: onError that returns', () => {
  it('after a failed read keeps the cookie of the client, and the session is read again later', async () => {
    const store = new TracingStore()
    const site = new KoaSite({ store, onError: () => {} }, { '/': count, '/read': show })
    const visitor = site.visitor()
    await visitor.get()
    const get = store.get.bind(store)
    Object.assign(store, { get: stuck })
    const res = await visitor.get('/read')
    expect([res.status, res.text, lines(res)]).to.deep.equal([200, '{}', []])
    Object.assign(store, { get })
    expect((await visitor.get('/read')).text).to.equal('{"views":1}')
  })
})

describe('koa: a store', () => {
  it('has one listener per event for several middlewares', () => {
    const store = Object.assign(new EventEmitter(), { get: () => undefined, set: () => undefined, destroy: () => undefined })
    for (let i = 0; i < 11; i++) koaSession({ store })
    for (const event of ['connect', 'CONNECT', 'disconnect', 'DISCONNECT']) expect(store.listenerCount(event), event).to.equal(1)
  })
})

for (const [name, koa] of Object.entries(KOAS)) {
  describe(`koa: a stream body that fails during the save, on ${name}`, () => {
    const uncaught = useUncaught()

    /** Responds with a stream, and changes the session, which is saved. */
    const answering = async (make: () => NodeJS.ReadableStream, broken: (body: NodeJS.ReadableStream) => Promise<void>) => {
      const store = new GateStore()
      let body: NodeJS.ReadableStream | undefined
      const handler: Handler = ctx => {
        ;(ctx.session as Bag).user = 'alice'
        ctx.body = body = make()
      }
      const site = new KoaSite({ store }, handler, { koa })
      const reply = site.get().then(res => res)
      await store.waits()
      await broken(body as NodeJS.ReadableStream)
      store.open = true
      store.release()
      const { status } = await reply
      await turns()
      return { status, errors: site.errors.map(({ message }) => message), uncaught }
    }

    it('is an error of the request, emitted once', async () => {
      const torn = async (body: NodeJS.ReadableStream): Promise<void> => void (body as PassThrough).destroy(new Error('torn'))
      expect(await answering(() => new PassThrough(), torn)).to.deep.equal({ status: 500, errors: ['torn'], uncaught: [] })
    })

    it('is an error of the request for a missing file', async () => {
      const missing = async (body: NodeJS.ReadableStream): Promise<void> =>
        new Promise(resolve => body.on('error', () => setImmediate(resolve)))
      const { errors, uncaught } = await answering(() => createReadStream('/no/such/file'), missing)
      expect([errors.map(message => message.split(':')[0]), uncaught]).to.deep.equal([['ENOENT'], []])
    })

    it('is sent by Koa if it does not fail', async () => {
      const whole = async (body: NodeJS.ReadableStream): Promise<void> => void (body as PassThrough).end('all of it')
      expect(await answering(() => new PassThrough(), whole)).to.deep.equal({ status: 200, errors: [], uncaught: [] })
    })
  })
}
