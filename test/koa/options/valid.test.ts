import { expect } from 'chai'
import { failures, STORES } from '../kinds'
import { MemoryStore } from '../../../lib/stores/memory-store'
import { useClock } from '../../support/clock'
import { TracingStore } from '../../support/tracing-store'
import { turns } from '../../support/wire'
import { count, KoaSite, show, type Bag, type Ctx, type Handler, type KoaSessionOptions } from '../site'
import { Strings, Told } from '../told'

type Valid = NonNullable<KoaSessionOptions['valid']>

interface Heard {
  readonly key: unknown
  readonly value: Bag | undefined
  readonly ctx: Ctx
}

const HOUR = 3_600_000
const EVENTS = ['session:missed', 'session:expired', 'session:invalid'] as const
const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/id': ctx => (ctx.body = ctx.sessionId) }

/** A site whose app records its events. */
function telling(options: KoaSessionOptions, knowsApp = false): [KoaSite, [event: string, heard: Heard][]] {
  const site = new KoaSite(options, HANDLERS, { knowsApp })
  const heard: [string, Heard][] = []
  for (const event of EVENTS) site.app.on(event, (said: Heard) => heard.push([event, said]))
  return [site, heard]
}

const KINDS: Record<string, () => KoaSessionOptions> = {
  ...STORES,
  'a store of JSON': () => ({ store: new Strings() as never }),
}

for (const [kind, make] of Object.entries(KINDS)) {
  const inCookie = kind === 'the cookie'
  describe(`koa options: valid, of sessions in ${kind}`, () => {
    const known = async (valid: unknown, path = '/read'): Promise<[text: string, heard: [string, Heard][], names: string[]]> => {
      const [site, heard] = telling({ ...make(), valid: valid as Valid, maxAge: HOUR })
      const visitor = site.visitor()
      await visitor.get()
      const { text } = await visitor.get(path)
      await turns()
      return [text, heard, visitor.jar.names]
    }

    for (const yes of [true, 1, 'yes', Promise.resolve(true)]) {
      it(`that returns ${yes instanceof Promise ? 'a promise of true' : JSON.stringify(yes)} accepts the record`, async () => {
        const [text, heard] = await known(() => yes)
        expect([text, heard]).to.deep.equal(['{"views":1}', []])
      })
    }

    for (const no of [false, 0, '', undefined, null, Promise.resolve(false)]) {
      it(`that returns ${no instanceof Promise ? 'a promise of false' : JSON.stringify(no)} starts a new session, clears the cookie, and emits an event`, async () => {
        const [text, heard, names] = await known(() => no)
        expect([text, heard.map(([event]) => event), names]).to.deep.equal(['{}', ['session:invalid'], []])
      })
    }

    it('is called with the context and the record as it is stored', async () => {
      const calls: unknown[][] = []
      await known((...args: unknown[]) => calls.push(args))
      expect(calls.length).to.equal(1)
      const [ctx, record] = calls[0] as [Ctx, Bag]
      expect([ctx.path, record.views]).to.deep.equal(['/read', 1])
      expect(record._expire !== undefined, 'koa-session’s field').to.equal(inCookie)
    })

    it('is not called for a new client', async () => {
      let asked = 0
      const [site, heard] = telling({ ...make(), valid: () => ++asked })
      await site.get('/read')
      await turns()
      expect([asked, heard]).to.deep.equal([0, []])
    })

    it('emits an event with key, value and ctx', async () => {
      const [, [[event, { key, value, ctx }] = ['', {} as Heard]]] = await known(() => false)
      expect([event, value?.views, ctx.path]).to.deep.equal(['session:invalid', 1, '/read'])
      if (inCookie) expect(key).to.equal(undefined)
      else expect(key).to.match(/^[\w-]{32}$/)
    })

    for (const [what, valid] of Object.entries(failures('no'))) {
      it(`that ${what} is an error of the request`, async () => {
        const [site] = telling({ ...make(), valid: valid as Valid })
        const visitor = site.visitor()
        await visitor.get()
        expect((await visitor.get('/read')).status).to.equal(500)
        expect(site.errors.map(err => err.message)).to.deep.equal(['no'])
      })
    }
  })
}

describe('koa options: valid with a store', () => {
  it('that returns false does not destroy the record, and the session gets a new ID', async () => {
    const store = new TracingStore()
    let isGood = true
    const [site] = telling({ store, valid: () => isGood })
    const visitor = site.visitor()
    await visitor.get()
    const before = visitor.jar.value('koa.sid') as string
    isGood = false
    expect((await visitor.get()).text).to.equal('1')
    expect(visitor.jar.value('koa.sid')).to.not.equal(before)
    expect(Object.keys(store.sessions)).to.contain(before)
  })

  for (const valid of ['yes', true, {}, null]) {
    it(`${JSON.stringify(valid)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ valid: valid as never }, HANDLERS)).to.throw(TypeError, 'valid option must be a function')
    })
  }
})

describe('koa: session events of the app', () => {
  const clock = useClock()

  for (const knowsApp of [true, false]) {
    it(`are session:missed if the ID is not in the store${knowsApp ? ', with an app that was named' : ''}`, async () => {
      const store = new TracingStore()
      const [site, heard] = telling({ store }, knowsApp)
      const visitor = site.visitor()
      await visitor.get()
      const id = visitor.jar.value('koa.sid') as string
      store.sessions = {}
      await visitor.get('/read')
      await turns()
      const [[event, { key, value, ctx }] = ['', {} as Heard]] = heard
      expect([heard.length, event, key, value, ctx.path]).to.deep.equal([1, 'session:missed', id, undefined, '/read'])
    })
  }

  it('are session:missed if the store reports ENOENT', async () => {
    const store = new Told()
    const [site, heard] = telling({ store: store as never })
    const visitor = site.visitor()
    await visitor.get()
    store.get = () => Promise.reject(Object.assign(new Error('missing'), { code: 'ENOENT' }))
    await visitor.get('/read')
    await turns()
    expect(heard.map(([event]) => event)).to.deep.equal(['session:missed'])
  })

  it('are session:expired if the record has expired, without a call of valid', async () => {
    const store = new Told()
    let asked = 0
    const [site, heard] = telling({ store: store as never, maxAge: HOUR, valid: () => ++asked })
    const visitor = site.visitor()
    await visitor.get()
    const Cookie = visitor.jar.header('/')
    clock.turn(HOUR)
    expect((await site.visitor().get('/read', { Cookie })).text).to.equal('{}')
    await turns()
    expect(heard.map(([event, { key, value }]) => [event, key, value?.views])).to.deep.equal([
      ['session:expired', visitor.jar.value('koa.sid') ?? /koa.sid=([^;]*)/.exec(Cookie)?.[1], 1],
    ])
    expect(asked).to.equal(0)
  })

  it('are not emitted for a valid session', async () => {
    const [site, heard] = telling({ store: new TracingStore(), maxAge: HOUR, valid: () => true })
    const visitor = site.visitor()
    await visitor.get()
    clock.turn(HOUR - 1_000)
    expect((await visitor.get('/read')).text).to.equal('{"views":1}')
    await turns()
    expect(heard).to.deep.equal([])
  })

  it('are emitted after the request has gone on, and are not awaited', async () => {
    const order: string[] = []
    const site = new KoaSite({ store: new TracingStore(), signed: false }, () => void order.push('handler'))
    site.app.on('session:missed', () => void order.push('event'))
    await site.get().set('Cookie', 'koa.sid=a')
    await turns()
    expect(order).to.deep.equal(['handler', 'event'])
  })
})

describe('koa options: valid that changes the record', () => {
  it('changes the session, and the stored record with the next save', async () => {
    const store = new MemoryStore()
    const valid: Valid = (_, record) => Boolean(Object.assign(record, { seen: true }))
    const visitor = new KoaSite({ store, valid }, HANDLERS).visitor()
    const stored = (): object[] => Object.values(store.sessions).map(text => ({ ...(JSON.parse(text) as object), cookie: null }))
    await visitor.get()
    expect((await visitor.get('/read')).text).to.equal('{"views":1,"seen":true}')
    expect(stored()).to.deep.equal([{ cookie: null, views: 1 }])
    await visitor.get()
    expect(stored()).to.deep.equal([{ cookie: null, views: 2, seen: true }])
  })

  it('finds no ctx.session while it is being read', async () => {
    const found: unknown[] = []
    const valid = (ctx: object): boolean => {
      found.push((ctx as { session: unknown }).session)
      return true
    }
    const visitor = new KoaSite({ valid }, { '/': count, '/read': show }).visitor()
    await visitor.get()
    expect([(await visitor.get('/read')).text, found]).to.deep.equal(['{"views":1}', [undefined]])
  })
})
