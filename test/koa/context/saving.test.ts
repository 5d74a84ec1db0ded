import { expect } from 'chai'
import { TracingStore } from '../../support/tracing-store'
import { useUncaught } from '../../support/uncaught'
import { turns } from '../../support/wire'
import { count, KoaSite, leave, lines, show, type Bag, type Ctx, type Handler } from '../site'
import { Told } from '../told'

describe('koa context: sessionStore and sessionOptions', () => {
  it('sessionStore is the store of the options', async () => {
    const store = new TracingStore()
    let found: unknown
    await new KoaSite({ store }, ctx => void (found = ctx.sessionStore)).get()
    expect(found).to.equal(store)
  })

  it('sessionStore is undefined for sessions in the cookie', async () => {
    let found: unknown
    await new KoaSite({}, ctx => void (found = ctx.sessionStore)).get()
    expect(found).to.equal(undefined)
  })

  it('sessionStore is the store that a function has returned for the request', async () => {
    const found: unknown[] = []
    const made: unknown[] = []
    const store = (): never => {
      made.push(new Told())
      return made.at(-1) as never
    }
    const site = new KoaSite({ store }, ctx => void found.push(ctx.sessionStore))
    for (const path of ['/', '/again']) await site.get(path)
    expect(found.length).to.equal(2)
    expect(found.every((store, at) => store === made[at])).to.equal(true)
  })

  it('sessionStore is the store of the options if it returns promises', async () => {
    const store = new Told()
    let found: unknown
    await new KoaSite({ store: store as never }, ctx => void (found = ctx.sessionStore)).get()
    expect(found).to.equal(store)
  })

  it('sessionOptions has the cookie’s name and attributes', async () => {
    const { body } = await new KoaSite({ name: 'a', cookie: { maxAge: 5 } }, ctx => (ctx.body = ctx.sessionOptions)).get()
    expect(body).to.deep.equal({ key: 'a', path: '/', httpOnly: true, maxAge: 5, signed: true, overwrite: true })
  })
})

describe('koa context: sessionSave', () => {
  const visits = async (handler: Handler): Promise<[string[], number, string]> => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store }, { '/': count, '/read': show, '/act': handler }).visitor()
    await visitor.get()
    store.trace()
    const sent = lines(await visitor.get('/act')).length
    const calls = store.trace()
    return [calls, sent, (await visitor.get('/read')).text]
  }

  it('is null at first', async () => {
    expect((await new KoaSite({}, ctx => (ctx.body = String(ctx.sessionSave))).get()).text).to.equal('null')
  })

  it('true saves an unchanged session', async () => {
    expect(await visits(ctx => (ctx.sessionSave = true))).to.deep.equal([['get', 'set'], 2, '{"views":1}'])
  })

  it('true saves an empty new session', async () => {
    const store = new TracingStore()
    const res = await new KoaSite({ store }, ctx => void (ctx.sessionSave = true)).get()
    expect([store.trace(), lines(res).length]).to.deep.equal([['set'], 2])
  })

  it('true ends a session that is set to null', async () => {
    const end: Handler = ctx => {
      ctx.sessionSave = true
      ctx.session = null
    }
    expect(await visits(end)).to.deep.equal([['get', 'destroy'], 2, '{}'])
  })

  it('false does not save a changed session', async () => {
    const change: Handler = ctx => {
      ctx.sessionSave = false
      ;(ctx.session as Bag).views = 9
    }
    expect(await visits(change)).to.deep.equal([['get'], 0, '{"views":1}'])
  })

  it('false does not destroy a session', async () => {
    const end: Handler = ctx => {
      ctx.sessionSave = false
      ctx.session = null
    }
    expect(await visits(end)).to.deep.equal([['get'], 0, '{"views":1}'])
  })

  it('null saves a changed session', async () => {
    const change: Handler = ctx => {
      ctx.sessionSave = null
      ;(ctx.session as Bag).views = 9
    }
    expect(await visits(change)).to.deep.equal([['get', 'set'], 2, '{"views":9}'])
  })
})

describe('koa context: saveSession', () => {
  const uncaught = useUncaught()

  it('stores at once, and does not repeat the save at the end', async () => {
    const store = new TracingStore()
    let calls: string[] = []
    const save: Handler = async ctx => {
      count(ctx)
      await ctx.saveSession()
      calls = store.trace()
    }
    const res = await new KoaSite({ store }, save).get()
    expect([calls, store.trace(), lines(res).length]).to.deep.equal([['set'], [], 2])
  })

  it('stores an unchanged session', async () => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store }, { '/': count, '/save': ctx => ctx.saveSession() }).visitor()
    await visitor.get()
    store.trace()
    const res = await visitor.get('/save')
    expect([store.trace(), lines(res).length]).to.deep.equal([['get', 'set'], 2])
  })

  for (const [what, act] of Object.entries<Handler>({
    saveSession: ctx => ctx.saveSession(),
    'sessionSave = true': ctx => void (ctx.sessionSave = true),
  })) {
    it(`moves the expiry of a rolling session with the save, and not once more: ${what}`, async () => {
      const store = new Told()
      const options = { store: store as never, rolling: true, cookie: { maxAge: 60_000 } }
      const visitor = new KoaSite(options, { '/': count, '/save': act }).visitor()
      await visitor.get()
      store.trace()
      const res = await visitor.get('/save')
      expect([store.trace(), lines(res).length]).to.deep.equal([['get', 'set'], 2])
    })
  }

  it('does not change the ID of a new session', async () => {
    const save: Handler = async ctx => {
      const before = ctx.sessionId
      count(ctx)
      await ctx.saveSession()
      ctx.body = String(before === ctx.sessionId)
    }
    expect((await new KoaSite({ store: new TracingStore() }, save).get()).text).to.equal('true')
  })

  it('is followed by a save of later changes at the end', async () => {
    const save: Handler = async ctx => {
      count(ctx)
      await ctx.saveSession()
      count(ctx)
    }
    const visitor = new KoaSite({ store: new TracingStore() }, { '/': save, '/read': show }).visitor()
    await visitor.get()
    expect((await visitor.get('/read')).text).to.equal('{"views":2}')
  })

  it('after null, destroys, with autoCommit: false too', async () => {
    const store = new TracingStore()
    const save: Handler = async ctx => {
      count(ctx)
      await ctx.saveSession()
    }
    const end: Handler = async ctx => {
      leave(ctx)
      await ctx.saveSession()
    }
    const visitor = new KoaSite({ store, autoCommit: false }, { '/': save, '/leave': leave, '/end': end }).visitor()
    await visitor.get()
    await visitor.get('/leave')
    expect(await store.count()).to.equal(1)
    await visitor.get('/end')
    expect([await store.count(), visitor.jar.names]).to.deep.equal([0, []])
  })

  it('and save store a new maxAge, and do not repeat the save at the end', async () => {
    const store = new TracingStore()
    const remember =
      (save: (ctx: Ctx) => unknown): Handler =>
      async ctx => {
        ;(ctx.session as Bag).maxAge = 60_000
        await save(ctx)
      }
    const handlers = { '/': count, '/one': remember(ctx => ctx.saveSession()), '/other': remember(ctx => ctx.session?.save()) }
    const visitor = new KoaSite({ store }, handlers).visitor()
    await visitor.get()
    store.trace()
    await visitor.get('/one')
    await visitor.get('/other')
    expect(store.trace()).to.deep.equal(['get', 'set', 'get', 'set'])
  })

  it('that fails without await does not end the process', async () => {
    const store = new TracingStore()
    store.set = (_id, _data, done) => void setImmediate(done as (err: Error) => void, new Error('full'))
    await new KoaSite({ store }, ctx => void [count(ctx), ctx.saveSession()]).get()
    await turns()
    expect(uncaught).to.deep.equal([])
  })
})
