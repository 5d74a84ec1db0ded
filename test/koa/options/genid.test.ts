import { expect } from 'chai'
import { failures } from '../kinds'
import { MemoryStore } from '../../../lib'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, lines, show, type Bag, type Ctx, type Handler, type KoaSessionOptions } from '../site'

type Genid = NonNullable<KoaSessionOptions['genid']>

const sayId: Handler = ctx => (ctx.body = ctx.sessionId)

const site = (genid: unknown, store = new TracingStore(), handlers: Record<string, Handler> = {}): KoaSite =>
  new KoaSite({ store, genid: genid as Genid }, { '/': count, '/id': sayId, '/read': show, ...handlers })

describe('koa options: genid', () => {
  it('is 24 random bytes in base64url where nothing is said', async () => {
    const plain = site(undefined)
    const ids = new Set<string>()
    for (let i = 0; i < 20; i++) ids.add((await plain.get('/id')).text)
    expect(ids.size).to.equal(20)
    for (const id of ids) expect(id).to.match(/^[\w-]{32}$/)
  })

  it('makes the id, in the cookie and in the store', async () => {
    const store = new TracingStore()
    const visitor = site(() => 'apple', store).visitor()
    await visitor.get()
    expect([visitor.jar.value('koa.sid'), Object.keys(store.sessions)]).to.deep.equal(['apple', ['apple']])
  })

  it('is called on the context, with the context and the length 24', async () => {
    const calls: unknown[][] = []
    let found: unknown
    const called = site(
      function (this: unknown, ...args: unknown[]) {
        calls.push([this, ...args])
        return 'apple'
      },
      undefined,
      { '/id': ctx => void (found = ctx) },
    )
    await called.get('/id')
    expect(calls.length).to.equal(1)
    expect(calls[0]?.[0]).to.equal(found)
    expect(calls[0]?.slice(1)).to.deep.equal([found, 24])
  })

  it('is asked for new sessions alone', async () => {
    let made = 0
    const visitor = site(() => `id-${++made}`).visitor()
    await visitor.get()
    await visitor.get()
    expect(made).to.equal(1)
  })

  it('may be async: the id is what is promised', async () => {
    const visitor = site(async (ctx: Ctx) => `of${ctx.path.replace('/', '-')}`).visitor()
    await visitor.get()
    expect(visitor.jar.value('koa.sid')).to.equal('of-')
    expect((await visitor.get('/read')).text).to.equal('{"views":1}')
  })

  it('may be async in regenerate too, and for a session after null', async () => {
    let made = 0
    const visitor = site(async () => `id-${++made}`, undefined, {
      '/regenerate': ctx => ctx.regenerateSession({ keep: true }),
      '/again': ctx => {
        ctx.session = null
        ctx.session = { a: 1 } as never
      },
    }).visitor()
    await visitor.get()
    await visitor.get('/regenerate')
    expect(visitor.jar.value('koa.sid')).to.equal('id-2')
    await visitor.get('/again')
    expect(visitor.jar.value('koa.sid')).to.equal('id-3')
    expect((await visitor.get('/read')).text).to.equal('{"a":1}')
  })

  it('under its older spelling genSid, does the same', async () => {
    const visitor = new KoaSite({ store: new TracingStore(), genSid: () => 'apple' }, count).visitor()
    await visitor.get()
    expect(visitor.jar.value('koa.sid')).to.equal('apple')
  })

  for (const made of ['', undefined, null, 5, {}, Promise.resolve(''), Promise.resolve(5)]) {
    const what = made instanceof Promise ? 'a promise of no id' : JSON.stringify(made)
    it(`that gives ${what} is an error of the request, and nobody’s session`, async () => {
      const store = new TracingStore()
      const bad = site(() => made, store)
      const res = await bad.get()
      expect([res.status, lines(res), store.trace()]).to.deep.equal([500, [], []])
      expect(bad.errors.map(err => [err.name, err.message])).to.deep.equal([['TypeError', 'genid must give a string that is not empty']])
    })
  }

  for (const [what, genid] of Object.entries(failures('no dice'))) {
    it(`that ${what} is an error of the request`, async () => {
      const bad = site(genid)
      expect((await bad.get()).status).to.equal(500)
      expect(bad.errors.map(err => err.message)).to.deep.equal(['no dice'])
    })
  }

  it('that makes an id which somebody has gives nobody their session', async () => {
    const apples = new KoaSite({ store: new MemoryStore(), genid: () => 'apple' }, { '/': count })
    const owner = apples.visitor()
    await owner.get()
    expect((await apples.get()).status).to.equal(500)
    expect(apples.errors.map(err => err.message)).to.deep.equal(['session id is in use'])
    expect((await owner.get()).text).to.equal('2')
  })

  for (const genid of ['id', 5, {}, true, null]) {
    it(`${JSON.stringify(genid)} is refused when the app starts`, () => {
      expect(() => site(genid)).to.throw(TypeError, 'genid option must be a function')
    })
  }
})

describe('koa options: idPrefix', () => {
  const idOf = async (options: KoaSessionOptions): Promise<[string, string | undefined]> => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store, ...options }, ctx => ((ctx.session as Bag).a = 1)).visitor()
    await visitor.get()
    expect(Object.keys(store.sessions)).to.deep.equal([visitor.jar.value('koa.sid')])
    return [visitor.jar.value('koa.sid') as string, Object.keys(store.sessions)[0]]
  }

  it('is what ids begin with, in the cookie and in the store', async () => {
    for (const id of await idOf({ idPrefix: 'app:' })) expect(id).to.match(/^app:[\w-]{32}$/)
  })

  it('is nothing where nothing is said', async () => {
    for (const id of await idOf({})) expect(id).to.match(/^[\w-]{32}$/)
  })

  it('is not before ids that genid makes', async () => {
    expect(await idOf({ idPrefix: 'app:', genid: () => 'apple' })).to.deep.equal(['apple', 'apple'])
  })

  for (const idPrefix of [5, null, {}]) {
    it(`${JSON.stringify(idPrefix)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ idPrefix: idPrefix as never }, count)).to.throw(TypeError, 'idPrefix option must be a string')
    })
  }
})
