import { expect } from 'chai'
import { failures } from '../koa/kinds'
import { count as countViews, KoaSite, show as showSession, type Ctx } from '../koa/site'
import { cookieNames } from '../support/browser'
import { count, data, endWith, routes } from '../support/handlers'
import { onEachHost, onEachKoa, onEachStore } from '../support/hosts'
import { siteOn, type Req, type Site } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

type Genid = NonNullable<SessionOptions['genid']>

const HANDLERS = routes({
  '/': count,
  '/id': (req, res) => res.end(req.sessionID),
  '/foo': (req, res) => res.end(req.sessionID),
  '/login': (req, res) => req.session.regenerate(() => res.end(req.sessionID)),
  '/login-or-fail': (req, res) => req.session.regenerate(endWith(res)),
  '/save': (req, res) => ((data(req).user = 'eve'), req.session.save(endWith(res))),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
})

/** Values that are no IDs, and their types in the error. */
const NO_IDS: readonly (readonly [title: string, made: unknown, type: string])[] = [
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['""', '', 'a string'],
  ['5', 5, 'a number'],
  ['NaN', NaN, 'a number'],
  ['true', true, 'true'],
  ['{}', {}, 'an object'],
  ['a Buffer', Buffer.from('a'), 'an instance of Buffer'],
  ['a function', () => 'a', 'a function'],
  ['a promise of undefined', Promise.resolve(), 'undefined'],
  ['a promise of 5', Promise.resolve(5), 'a number'],
  ['a promise of ""', Promise.resolve(''), 'a string'],
]

onEachStore('options: genid', (host, storage) => {
  const siteWith = (genid: unknown, store = new TracingStore()): Site =>
    siteOn(host, { ...storage.options(store), genid: genid as Genid }, HANDLERS)

  it('makes 32 characters of base64url from 24 random bytes by default', async () => {
    const site = siteWith(undefined)
    const ids = new Set<string>()
    for (let i = 0; i < 20; i++) ids.add((await site.get('/id')).text)
    expect(ids.size).to.equal(20)
    for (const id of ids) expect(id).to.match(/^[A-Za-z0-9_-]{32}$/)
  })

  it('makes the ID, in the cookie and in the store', async () => {
    const store = new TracingStore()
    const site = siteWith(() => 'apple', store)
    expect((await site.get('/id')).text).to.equal('apple')
    const client = site.browser()
    await client.get()
    expect(host.carriedBy(client.jar.value(storage.cookieName) as string)).to.equal('apple')
    expect(Object.keys(store.sessions)).to.deep.equal(['apple'])
  })

  it('is given the request', async () => {
    expect((await siteWith((req: Req) => `of${req.url?.replace('/', '-')}`).get('/foo')).text).to.equal('of-foo')
  })

  for (const [how, later] of Object.entries({ '': (id: string) => id, 'may be async, and ': async (id: string) => id })) {
    it(`${how}is called once for a new session`, async () => {
      let made = 0
      const client = siteWith(() => later(`id-${++made}`)).visitor()
      expect((await client.get()).text).to.equal('1')
      expect((await client.get()).text).to.equal('2')
      expect(made).to.equal(1)
    })

    it(`${how}is called by regenerate`, async () => {
      let made = 0
      const client = siteWith(() => later(`id-${++made}`)).visitor()
      await client.get()
      expect((await client.get('/login')).text).to.equal('id-2')
    })
  }

  for (const [what, genid] of Object.entries(failures('no dice'))) {
    it(`that ${what} is an error of the request`, async () => {
      const site = siteWith(genid)
      const { status, text } = await site.get()
      expect([status, text]).to.deep.equal([500, host.errorText('no dice')])
      expect(site.errors.map(err => err.message)).to.deep.equal(['no dice'])
    })
  }

  it('that rejects its promise without a reason is an error of the request', async () => {
    const site = siteWith(() => Promise.reject())
    const { status, text } = await site.get()
    expect([status, text]).to.deep.equal([500, host.errorText('an option failed without a reason')])
    expect(site.errors.map(err => err.message)).to.deep.equal(['an option failed without a reason'])
  })

  it('may make the ID that the client has sent, of a session that the store no longer has', async () => {
    const store = new TracingStore()
    const client = siteWith(() => 'always', store).visitor()
    await client.get()
    expect((await client.get()).text).to.equal('2')
    store.sessions = {}
    expect((await client.get()).text).to.equal('1')
    expect((await client.get()).text).to.equal('2')
  })

  it('that makes half of a surrogate pair is a TypeError of the request, and nothing is stored under it', async () => {
    const store = new TracingStore()
    const site = siteWith(() => 'a\ud800', store)
    expect((await site.get()).status).to.equal(500)
    expect(site.errors.map(err => err.name)).to.deep.equal(['TypeError'])
    expect(site.errors[0]?.message).to.match(/^genid .* that a cookie can carry|^genid .* which no cookie can carry/)
    expect(store.trace()).to.deep.equal([])
  })

  for (const [title, made, type] of NO_IDS) {
    const message = `genid must give a string that is not empty, not ${type}`

    it(`that makes ${title} is a TypeError of the request, and nothing is stored under it`, async () => {
      const store = new TracingStore()
      const site = siteWith(() => made, store)
      const res = await site.get()
      expect([res.status, res.text, cookieNames(res), store.trace()]).to.deep.equal([500, host.errorText(message), [], []])
      expect(site.errors.map(err => [err.name, err.message])).to.deep.equal([['TypeError', message]])
    })

    it(`that makes ${title} when a session is regenerated is an error of regenerate`, async () => {
      const store = new TracingStore()
      let isMade = false
      const site = siteWith(() => (isMade ? made : ((isMade = true), 'apple')), store)
      const client = site.visitor()
      await client.get()
      store.trace()
      expect((await client.get('/login-or-fail')).text).to.equal(`failed: ${message}`)
      expect(store.trace()).to.not.include('set')
      expect(store.sessions).to.deep.equal({})
    })
  }
})

onEachHost('options: genid', host => {
  for (const genid of ['id', 5, {}, true, ...(host.framework === 'Koa' ? [null] : [])] as never[]) {
    it(`refuses ${JSON.stringify(genid)}`, () => {
      expect(() => host.start({ genid })).to.throw(TypeError, 'genid option must be a function')
    })
  }
})

onEachHost('options: genid that makes an ID in use', host => {
  const siteWith = (options: Partial<SessionOptions>): Site => siteOn(host, { genid: () => 'apple', ...options }, HANDLERS)

  it('gives no client the session of another, nor its cookie', async () => {
    const site = siteWith({ store: new session.MemoryStore() })
    const owner = site.visitor()
    await owner.get()
    const res = await site.get()
    expect([res.status, res.text, cookieNames(res)]).to.deep.equal([500, host.errorText('session id is in use'), []])
    expect(site.errors.map(err => err.message)).to.deep.equal(['session id is in use'])
    expect((await site.get('/save')).text).to.equal('failed: session id is in use')
    expect((await owner.get()).text).to.equal('2')
  })

  it('accepts the ID again once its session is destroyed', async () => {
    const site = siteWith({})
    const client = site.visitor()
    await client.get()
    await client.get('/logout')
    expect((await site.get()).text).to.equal('1')
  })

  const CANNOT_TELL = [
    ...host.storages
      .filter(({ touch }) => touch)
      .map(({ title, options }) => [title || 'of callbacks', options(new TracingStore())] as const),
    ['with concurrency off', { concurrency: 'off' }] as const,
  ]
  for (const [what, options] of CANNOT_TELL) {
    it(`accepts the ID on a store that cannot tell whether it exists, as express-session does: ${what}`, async () => {
      const site = siteWith(options)
      await site.get()
      expect((await site.get()).text).to.equal('1')
    })
  }
})

onEachKoa('options: genid', (_, koa) => {
  const site = (genid: unknown, handlers: Record<string, (ctx: Ctx) => unknown> = {}): KoaSite =>
    new KoaSite({ store: new TracingStore(), genid: genid as never }, { '/': countViews, '/read': showSession, ...handlers }, { koa })

  it('is called on the context, with the context and the length 24', async () => {
    const calls: unknown[][] = []
    let found: unknown
    const genid = function (this: unknown, ...args: unknown[]): string {
      calls.push([this, ...args])
      return 'apple'
    }
    await site(genid, { '/id': ctx => void (found = ctx) }).get('/id')
    expect(calls.length).to.equal(1)
    expect(calls[0]?.[0]).to.equal(found)
    expect(calls[0]?.slice(1)).to.deep.equal([found, 24])
  })

  it('may be async in regenerateSession, and for a session that replaces one that was ended', async () => {
    let made = 0
    const client = site(async (ctx: Ctx) => `id-${++made}-of${ctx.path.replace('/', '-')}`, {
      '/regenerate': ctx => ctx.regenerateSession({ keep: true }),
      '/again': ctx => {
        ctx.session = null
        ctx.session = { a: 1 } as never
      },
    }).visitor()
    await client.get()
    expect(client.jar.value('koa.sid')).to.equal('id-1-of-')
    expect((await client.get('/read')).text).to.equal('{"views":1}')
    await client.get('/regenerate')
    expect(client.jar.value('koa.sid')).to.equal('id-2-of-regenerate')
    await client.get('/again')
    expect(client.jar.value('koa.sid')).to.equal('id-3-of-again')
    expect((await client.get('/read')).text).to.equal('{"a":1}')
  })

  it('has an older spelling, genSid', async () => {
    const client = new KoaSite({ store: new TracingStore(), genSid: () => 'apple' }, countViews, { koa }).visitor()
    await client.get()
    expect(client.jar.value('koa.sid')).to.equal('apple')
  })
})
