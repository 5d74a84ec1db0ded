import { expect } from 'chai'
import { koaSession } from '../../../lib/koa-presets'
import { useUncaught } from '../../support/uncaught'
import { turns } from '../../support/wire'
import { KoaSite, lines, type Bag, type Ctx, type Handler } from '../site'
import { ORIGINALS, type Middleware } from './koa-app'
import { silenced } from './silenced'
import { PromiseStore } from './traced-stores'

interface Committing extends Bag {
  readonly externalKey: string | undefined
  manuallyCommit(): Promise<void>
  commit(options?: object | Done, callback?: Done): Promise<void> | undefined
}

type Done = (err?: unknown) => void

const calledBack = (act: (done: Done) => unknown): Promise<unknown> =>
  new Promise((resolve, reject) => void act(err => (err ? reject(err as Error) : resolve(undefined))))

const session = (ctx: Ctx): Committing => ctx.session as Committing

/** How the handler saves a changed session that the end of the request does not save. */
const WAYS: Record<string, (session: Committing) => unknown> = {
  'manuallyCommit()': session => session.manuallyCommit(),
  'commit()': session => session.commit(),
  'commit(callback)': session => calledBack(done => session.commit(done)),
  'commit({})': session => session.commit({}),
  'commit({ save: true })': session => session.commit({ save: true }),
  'commit({ regenerate: true })': session => session.commit({ regenerate: true }),
  'commit({ save: true, regenerate: true })': session => session.commit({ save: true, regenerate: true }),
  'commit({ save: true }, callback)': session => calledBack(done => session.commit({ save: true }, done)),
  'commit({ regenerate: true }, callback)': session => calledBack(done => session.commit({ regenerate: true }, done)),
  'commit(undefined, callback)': session => calledBack(done => session.commit(undefined, done)),
}

for (const [whose, create] of Object.entries({
  'koa-session 7': ORIGINALS.koaSession7.create,
  'koa-session 6': ORIGINALS.koaSession6.create,
  ours: koaSession as unknown as Middleware,
})) {
  describe(`koa lineages: names of koa-session, in ${whose}`, () => {
    const uncaught = useUncaught()
    const site = (options: object, handler: Handler): KoaSite =>
      new KoaSite({}, handler, { instead: app => create(options as never, app as never) })

    for (const [way, commit] of Object.entries(WAYS)) {
      it(`${way} stores the session with autoCommit: false`, async () => {
        const store = new PromiseStore()
        const app = site({ store, autoCommit: false }, async ctx => {
          session(ctx).a = 1
          if (ctx.path === '/commit') await commit(session(ctx))
          ctx.body = 'done'
        })
        expect(lines(await app.get('/leave-it')).length).to.equal(0)
        expect(store.records.size).to.equal(0)
        expect(lines(await app.get('/commit')).length).to.equal(2)
        expect(store.records.size).to.equal(1)
      })

      it(`${way} rejects with the error of the store`, async () => {
        const store = new PromiseStore()
        store.fails = 'set'
        const app = site({ store, autoCommit: false }, async ctx => {
          session(ctx).a = 1
          ctx.body = await Promise.resolve(commit(session(ctx))).then(
            () => 'stored',
            (err: Error) => err.message,
          )
        })
        expect((await app.get()).text).to.equal('no set today')
        expect(uncaught).to.deep.equal([])
      })
    }

    for (const [options, keepsId, isStored] of [
      [{}, true, false],
      [{ save: true }, true, true],
      [{ regenerate: true }, false, true],
    ] as const) {
      const what = `${isStored ? 'stores' : 'does not store'} an unchanged session, which keeps its data and has ${keepsId ? 'the same' : 'another'} ID`
      it(`commit(${JSON.stringify(options)}) ${what}`, async () => {
        const store = new PromiseStore()
        const handlers: Record<string, Handler> = {
          '/': ctx => void (session(ctx).a = 1),
          '/commit': ctx => session(ctx).commit(options),
          '/read': ctx => void (ctx.body = String(session(ctx).a)),
        }
        const visitor = site({ store }, ctx => handlers[ctx.path]?.(ctx)).visitor()
        await visitor.get()
        const id = visitor.jar.value('koa.sess')
        store.calls = []
        await visitor.get('/commit')
        expect([visitor.jar.value('koa.sess') === id, store.calls.some(({ call }) => call === 'set')]).to.deep.equal([keepsId, isStored])
        expect((await visitor.get('/read')).text).to.equal('1')
      })
    }

    it('externalKey is the ID of a session in a store, and undefined for one in the cookie', async () => {
      const store = new PromiseStore()
      const tell: Handler = ctx => {
        session(ctx).a = 1
        ctx.body = { key: session(ctx).externalKey }
      }
      const { body } = await site({ store }, tell).get()
      expect([(body as { key: string }).key]).to.deep.equal([...store.records.keys()])
      expect((await site({}, tell).get()).body).to.deep.equal({})
    })

    it('maxage sets maxAge', async () => {
      const silence = silenced()
      const app = site({ maxage: 60_000 }, ctx => void (session(ctx).a = 1))
      silence.end()
      const ends = Date.parse(/expires=([^;]*)/.exec(lines(await app.get())[0] ?? '')?.[1] ?? '')
      expect(ends - Date.now()).to.be.within(50_000, 61_000)
    })
  })
}

describe('koa lineages: the koa-session preset', () => {
  const uncaught = useUncaught()

  it('does not end the process if a commit fails without await', async () => {
    const store = new PromiseStore()
    store.fails = 'set'
    const app = new KoaSite({}, ctx => void ((session(ctx).a = 1), session(ctx).commit(), (ctx.body = 'done')), {
      instead: app => koaSession({ store, autoCommit: false }, app as never),
    })
    expect((await app.get()).text).to.equal('done')
    await turns()
    expect(uncaught).to.deep.equal([])
  })
})

describe('koa lineages: the deprecation warning of koa-session for maxage', () => {
  const said = (create: Middleware, options: object, environment: string): string[] => {
    const [{ NODE_ENV: before }, { warn }, heard] = [process.env, console, [] as string[]]
    process.env.NODE_ENV = environment
    console.warn = (text: string) => void heard.push(text)
    try {
      new KoaSite({}, {}, { instead: app => create(options as never, app as never) })
    } finally {
      console.warn = warn
      if (before === undefined) delete process.env.NODE_ENV
      else process.env.NODE_ENV = before
    }
    return heard
  }

  for (const [environment, options, speaks] of [
    ['development', { maxage: 5 }, true],
    ['production', { maxage: 5 }, false],
    ['development', { maxage: 5, maxAge: 5 }, false],
    ['development', { maxAge: 5 }, false],
  ] as const) {
    it(`${speaks ? 'is the same' : 'is not emitted'}: ${environment}, ${JSON.stringify(options)}`, () => {
      const theirs = said(ORIGINALS.koaSession7.create, { ...options }, environment)
      expect(theirs.length).to.equal(speaks ? 1 : 0)
      expect(said(koaSession as unknown as Middleware, { ...options }, environment)).to.deep.equal(theirs)
    })
  }
})
